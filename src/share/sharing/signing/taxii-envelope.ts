/**
 * Where a signature travels with the objects it is over: in a custom property of the TAXII envelope
 * (TAXII 2.1, section 6.1 lets a client add properties whose names begin with `x_`). A header would not
 * do: one signature may be over ten thousand digests, and proxies cut headers off.
 */
import { canonicalJson } from '../../../base/canonical-json.ts';
import type { SignedContribution } from './envelope.ts';

export const CONTRIBUTION_PROPERTY = 'x_stillwatch_contribution';

/** The body of the request, canonical, so that each object in it is the very bytes of its preview. */
export const signedEnvelope = (objects: readonly unknown[], signed: SignedContribution): string =>
  canonicalJson({ [CONTRIBUTION_PROPERTY]: signed, objects });
