/** Every way a request can be refused. `api.ts` alone turns a code into an HTTP status. */
export type ErrorCode =
  | "invalid_request"
  | "invalid_token"
  | "forbidden"
  | "account_inactive"
  | "not_found"
  | "conflict"
  | "body_too_large"
  | "unsupported_media_type"
  | "unprocessable"
  | "rate_limited"
  | "internal"
  | "unavailable";

/** One thing that is wrong with a request. `parameters` names the fields and repeats their values, but none of a body. */
export interface ErrorItem {
  readonly message: string;
  readonly parameters?: Readonly<Record<string, readonly string[]>>;
}

/** A refusal with a reason a client may read. `detail` never carries internals. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly items: readonly ErrorItem[];

  constructor(code: ErrorCode, detail: string, items: readonly ErrorItem[] = []) {
    super(`${code}: ${detail}`);
    this.name = "DomainError";
    this.code = code;
    this.detail = detail;
    this.items = items;
  }
}
