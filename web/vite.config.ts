import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` shows a running `mamori serve` (port 8080) with the sources of this folder.
const server = process.env["MAMORI_SERVER"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  server: { proxy: { "/api": { target: server, ws: true, headers: { origin: server } } } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
