/** In whose words a refusal is written: those of the interface that the caller spoke. */
export const REFUSAL_STYLES = ['openai', 'anthropic', 'problem'] as const;
export type RefusalStyle = (typeof REFUSAL_STYLES)[number];

/**
 * By the path that was asked for and by the header that every client of the Anthropic API must send
 * (`anthropic-version`); by `Accept`, who asks for problem details gets them (RFC 9457).
 */
export const styleOf = (
  path: string,
  header: (name: string) => string | undefined,
): RefusalStyle => {
  if (header('anthropic-version') !== undefined || /^\/v1\/(messages|complete)\b/.test(path))
    return 'anthropic';
  return header('accept')?.includes('application/problem+json') === true ? 'problem' : 'openai';
};
