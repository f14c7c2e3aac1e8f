/** Envoy's external authorization: a check's attributes to a question, a verdict to its response. */
import type { GateQuestion } from '../../response/decision.ts';
import {
  QUESTION_FIELDS,
  type QuestionField,
  type QuestionHeaders,
  questionOfHeaders,
} from '../question.ts';
import type { Refused } from '../refuse.ts';
import { absentHeaders, type Headers, headersOf, type Verdict } from '../verdict.ts';

/** As proto-loader gives it: what was not sent is absent or empty. */
export interface CheckRequest {
  readonly attributes?: {
    readonly source?: {
      readonly address?: { readonly socket_address?: { readonly address?: string } };
    };
    readonly request?: { readonly http?: CheckHttp };
    readonly context_extensions?: Readonly<Record<string, string>>;
  } | null;
}

interface CheckHttp {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly header_map?: {
    readonly headers?: readonly {
      readonly key?: string;
      readonly value?: string;
      readonly raw_value?: Uint8Array;
    }[];
  } | null;
}

export interface EnvoyHeader {
  readonly header: { readonly key: string; readonly value: string };
  readonly append_action: 'OVERWRITE_IF_EXISTS_OR_ADD';
}

export interface CheckResponse {
  readonly status: { readonly code: number; readonly message: string };
  readonly ok_response?: {
    readonly headers: readonly EnvoyHeader[];
    readonly headers_to_remove: readonly string[];
    readonly response_headers_to_add: readonly EnvoyHeader[];
  };
  readonly denied_response?: {
    readonly status: { readonly code: number };
    readonly headers: readonly EnvoyHeader[];
    readonly body: string;
  };
}

/** google.rpc.Code. */
const OK = 0;
const PERMISSION_DENIED = 7;

const httpOf = (check: CheckRequest): CheckHttp => check.attributes?.request?.http ?? {};

export const checkPath = (check: CheckRequest): string => httpOf(check).path ?? '';

/** Headers by lower-case name, from the map or, with `encode_raw_headers`, from the list. */
export const checkHeader = (check: CheckRequest): ((name: string) => string | undefined) => {
  const { headers = {}, header_map } = httpOf(check);
  const raw = header_map?.headers ?? [];
  return (name) => {
    if (Object.hasOwn(headers, name)) return headers[name];
    const found = raw.find(({ key }) => key === name);
    return found === undefined
      ? undefined
      : found.value || Buffer.from(found.raw_value ?? []).toString('utf8');
  };
};

/**
 * Headers first; what they lack comes from `context_extensions` of the route (`tier`, for example), and
 * the address from the connection that Envoy sees.
 */
export const questionOfCheck = (check: CheckRequest, names: QuestionHeaders): GateQuestion => {
  const asked = questionOfHeaders(checkHeader(check), names);
  const extensions = check.attributes?.context_extensions ?? {};
  const question: { -readonly [K in QuestionField]?: string | undefined } = { ...asked };
  for (const field of QUESTION_FIELDS)
    if (question[field] === undefined && Object.hasOwn(extensions, field))
      question[field] = extensions[field];
  question.address ??= check.attributes?.source?.address?.socket_address?.address || undefined;
  return question;
};

const envoyHeaders = (headers: Headers): readonly EnvoyHeader[] =>
  headers.map(([key, value]) => ({
    header: { key: key.toLowerCase(), value },
    append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
  }));

/** Told to the customer too, so that an answer can be quoted even where it was let through. */
const TOLD = new Set(['X-Stillwatch-Decision', 'X-Stillwatch-Action']);

export const checkResponse = (verdict: Verdict, refused: Refused | null): CheckResponse => {
  const headers = headersOf(verdict);
  if (refused === null)
    return {
      status: { code: OK, message: '' },
      ok_response: {
        headers: envoyHeaders(headers),
        headers_to_remove: absentHeaders(headers).map((name) => name.toLowerCase()),
        response_headers_to_add: envoyHeaders(headers.filter(([name]) => TOLD.has(name))),
      },
    };
  return {
    status: { code: PERMISSION_DENIED, message: verdict.answer.reason },
    denied_response: {
      status: { code: refused.status },
      headers: envoyHeaders([['Content-Type', refused.type], ...refused.headers]),
      body: refused.body,
    },
  };
};
