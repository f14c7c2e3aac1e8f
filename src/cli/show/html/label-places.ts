/** Where the labels of a chart's marks can stand without touching a mark, a text or each other. */

/** In pixels; y downwards. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Mark {
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly label: string;
}

export interface Place {
  /** Index of the mark. */
  readonly mark: number;
  /** Left end and middle of the text. */
  readonly x: number;
  readonly y: number;
}

/** Width of a character and height of a line of the charts' text of 12 pixels. */
const CHARACTER = 7.2;
const LINE = 14;
const GAP = 4;

const apart = (a: Box, b: Box): boolean =>
  a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;

const within = (a: Box, frame: Box): boolean =>
  a.left >= frame.left && a.right <= frame.right && a.top >= frame.top && a.bottom <= frame.bottom;

const boxOf = ({ x, y, r }: Mark): Box => ({
  left: x - r,
  top: y - r,
  right: x + r,
  bottom: y + r,
});

/** Left of the mark, below it to the left, above it to the left, right of it. */
const boxesAround = ({ x, y, r, label }: Mark): Box[] => {
  const width = label.length * CHARACTER;
  const box = (left: number, middle: number): Box => ({
    left,
    top: middle - LINE / 2,
    right: left + width,
    bottom: middle + LINE / 2,
  });
  const beyond = r + GAP;
  return [
    box(x - beyond - width, y),
    box(x + r - width, y + beyond + LINE / 2),
    box(x + r - width, y - beyond - LINE / 2),
    box(x + beyond, y),
  ];
};

/**
 * One place for each label, marks in order of rank; a label without a free place is left out, because
 * labels on top of each other name nothing.
 */
export const placeLabels = (
  marks: readonly Mark[],
  texts: readonly Box[],
  frame: Box,
): readonly Place[] => {
  const taken = [...marks.map(boxOf), ...texts];
  return marks.flatMap((mark, index): Place[] => {
    const free = boxesAround(mark).find(
      (box) => within(box, frame) && taken.every((other) => apart(box, other)),
    );
    if (free === undefined) return [];
    taken.push(free);
    return [{ mark: index, x: free.left, y: (free.top + free.bottom) / 2 }];
  });
};
