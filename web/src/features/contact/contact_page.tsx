import type { Session } from "../../api/types";
export function ContactPage(_: { id: string; session: Session }) { return null; }
