/** Identifiers of STIX 2.1, section 2.9: `object-type--UUID`. */

// RFC 4122, 4.1.1: the variant is `10x`, so the first digit of the fourth group is 8, 9, a or b.
// Intentional divergence from RFC 4122's tolerance of capitals on input: one object must have one
// spelling, or two copies of it would pass for two objects.
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UUID_LENGTH = 36;
const SEPARATOR = '--';

const SHORTEST_TYPE = 3;
const LONGEST_TYPE = 250;
// 3.1 and 7.3.2. Linear: each hyphen ends one group and starts the next, so there is one way to read
// a name. (The pattern of the published schemas has exponentially many.)
const TYPE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*-?$/;

/** Whether a name can be the type of an object: a-z, 0-9, single hyphens, 3 to 250 characters. */
export const isTypeName = (text: string): boolean =>
  text.length >= SHORTEST_TYPE && text.length <= LONGEST_TYPE && TYPE.test(text);

export const isUuid = (text: string): boolean => UUID.test(text);

/** The two halves of an identifier, or undefined when it is none. Linear in its length. */
export const splitIdentifier = (
  text: string,
): { readonly type: string; readonly uuid: string } | undefined => {
  const at = text.length - UUID_LENGTH - SEPARATOR.length;
  if (at < 1 || !text.startsWith(SEPARATOR, at)) return undefined;
  const type = text.slice(0, at);
  const uuid = text.slice(at + SEPARATOR.length);
  return isUuid(uuid) && isTypeName(type) ? { type, uuid } : undefined;
};

export const isIdentifier = (text: string): boolean => splitIdentifier(text) !== undefined;

/** The type part of an identifier that is known to be one. */
export const typeOfIdentifier = (id: string): string =>
  id.slice(0, id.length - UUID_LENGTH - SEPARATOR.length);
