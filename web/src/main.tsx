import "@digital-go-jp/design-tokens/dist/tokens.css";
import "@fontsource-variable/noto-sans-jp";
import "./app/theme";
import "./ui/base.css";
import "./features/live/live.css";
import "./features/contact/contact.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/app";

createRoot(document.getElementById("root")!).render(<App />);
