/**
 * Where a signature travels with the objects it is over: in a custom property of the TAXII envelope
 * (TAXII 2.1, section 6.1 lets a client add properties whose names begin with `x_`). A header would not
 * do: one signature may be over ten thousand digests, and proxies cut headers off.
 */
import type { SignedContribution } from './envelope.ts';

export const CONTRIBUTION_PROPERTY = 'x_stillwatch_contribution';

export const signedEnvelope = (objects: readonly unknown[], signed: SignedContribution): string =>
  JSON.stringify({ [CONTRIBUTION_PROPERTY]: signed, objects });
