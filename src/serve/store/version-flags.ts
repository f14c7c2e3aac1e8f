/** The two flags that keep an ordinary poll on one index, worked out over all versions of one object. */

export interface Standing {
  readonly n: number | undefined;
  readonly added: number;
  readonly audience: number;
  readonly spec: string;
  readonly versionKey: string;
  readonly shadowed: number;
  readonly spread: number;
}

const later = (a: Standing, b: Standing): boolean => {
  if (a.spec !== b.spec) return a.spec > b.spec;
  if (a.versionKey !== b.versionKey) return a.versionKey > b.versionKey;
  return a.added > b.added;
};

/**
 * - `shadowed`: the same audience sees a later version, so it is nobody's last version.
 * - `spread`: versions of this object have several audiences, so which is last depends on the reader.
 */
export const withFlags = (versions: readonly Standing[]): readonly Standing[] => {
  const latest = new Map<number, Standing>();
  for (const version of versions) {
    const known = latest.get(version.audience);
    if (known === undefined || later(version, known)) latest.set(version.audience, version);
  }
  const spread = latest.size > 1 ? 1 : 0;
  return versions.map((version) => ({
    ...version,
    shadowed: latest.get(version.audience) === version ? 0 : 1,
    spread,
  }));
};
