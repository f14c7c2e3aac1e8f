/**
 * nginx `auth_request` (ngx_http_auth_request_module): 2xx lets through, 401 and 403 refuse, anything else
 * is an error. The module throws the body away, so the refusal that the customer reads is fetched by a
 * second request, to which `error_page` leads.
 */
import { type Headers, headersOf, type Verdict } from '../verdict.ts';

export interface AuthReply {
  readonly status: 200 | 401 | 403;
  readonly headers: Headers;
}

export const nginxAuth = (verdict: Verdict): AuthReply => {
  const headers = headersOf(verdict);
  if (verdict.passes) return { status: 200, headers };
  if (verdict.answer.action !== 'verify') return { status: 403, headers };
  // nginx hands this header on with a 401. RFC 9470, section 3: the challenge for a step-up.
  const challenge = [
    'WWW-Authenticate',
    'Bearer error="insufficient_user_authentication"',
  ] as const;
  return { status: 401, headers: [...headers, challenge] };
};
