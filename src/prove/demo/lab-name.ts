/** The three labs of the demo. The operator begins at the first. */
export const LAB_NAMES = ['A', 'B', 'C'] as const;
export type LabName = (typeof LAB_NAMES)[number];
