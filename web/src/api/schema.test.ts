import { readFile } from "node:fs/promises";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, it } from "vitest";

it("schema.ts is what api/openapi.yaml says (npm run api)", async () => {
  const fresh = COMMENT_HEADER + astToString(await openapiTS(new URL("../../../api/openapi.yaml", import.meta.url)));
  expect(await readFile(new URL("./schema.ts", import.meta.url), "utf8")).toBe(fresh);
});
