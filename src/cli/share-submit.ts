/** Sending a bundle to a hub: previewed, signed, posted, and each object's fate reported. */
import { canonicalJson } from '../base/canonical-json.ts';

export { ask, submit } from '../share/taxii/submit.ts';

/** The text of an envelope: what `share preview --out` writes, and what a signature goes with. */
export const envelopeText = (objects: readonly unknown[]): string =>
  `${canonicalJson({ objects })}\n`;
