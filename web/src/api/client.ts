// One way to ask the server. Errors arrive as ApiError with a sentence for the reader.
import type { Session } from "./types";

export class ApiError extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** Status 0: the server was not reached at all. */
export const UNREACHABLE = 0;

let language = "ja";
let csrf = "";
let onSignedOut: () => void = () => undefined;

export function setLanguage(value: string): void { language = value; }
export function setSession(session: Session | null): void { csrf = session?.csrf ?? ""; }
export function whenSignedOut(callback: () => void): void { onSignedOut = callback; }

async function send(method: string, path: string, body?: unknown, type = "application/json"): Promise<Response> {
  const headers: Record<string, string> = { "Accept-Language": language };
  if (body !== undefined) headers["Content-Type"] = type;
  if (method !== "GET" && csrf) headers["X-Mamori-CSRF"] = csrf;
  let response: Response;
  try {
    const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store" };
    if (body !== undefined) init.body = body instanceof Blob ? body : JSON.stringify(body);
    response = await fetch(path, init);
  } catch {
    throw new ApiError(UNREACHABLE, "");
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { title?: string };
  if (response.status === 401 && path !== "/api/v1/session") onSignedOut();
  throw new ApiError(response.status, problem.title ?? "");
}

export async function get<T>(path: string): Promise<T> {
  return (await send("GET", path)).json() as Promise<T>;
}
export async function getBytes(path: string): Promise<ArrayBuffer> {
  return (await send("GET", path)).arrayBuffer();
}
export async function post<T>(path: string, body?: unknown): Promise<T> {
  return (await send("POST", path, body)).json() as Promise<T>;
}
export async function put<T>(path: string, body: unknown): Promise<T> {
  return (await send("PUT", path, body)).json() as Promise<T>;
}
export async function putBytes<T>(path: string, bytes: Blob, type: string): Promise<T> {
  return (await send("PUT", path, bytes, type)).json() as Promise<T>;
}
/** Sound made of what is sent. */
export async function getBytesBy(method: "POST", path: string, body: unknown): Promise<ArrayBuffer> {
  return (await send(method, path, body)).arrayBuffer();
}
export async function remove<T>(path: string, body?: unknown): Promise<T> {
  return (await send("DELETE", path, body)).json() as Promise<T>;
}
