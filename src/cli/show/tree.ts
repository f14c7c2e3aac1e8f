/** A tree drawn with lines, in Unicode or ASCII, wrapped to a width. */
import { textWidth } from '../../base/text-width.ts';

export interface Tree {
  /** Lines of this node; must be safe to print and may hold colours. The first is the title. */
  readonly lines: readonly string[];
  readonly children?: readonly Tree[];
}

const LINES = {
  unicode: { tee: '├─ ', end: '└─ ', bar: '│  ', gap: '   ' },
  ascii: { tee: '|- ', end: '`- ', bar: '|  ', gap: '   ' },
} as const;

/** Columns that the lines of a node at `depth` have to stay within. */
export const roomAt = (width: number, depth: number): number =>
  Math.max(20, width - depth * textWidth(LINES.unicode.tee));

export const drawTree = (tree: Tree, unicode: boolean): string => {
  const signs = LINES[unicode ? 'unicode' : 'ascii'];
  const out: string[] = [...tree.lines];
  const walk = (children: readonly Tree[], before: string): void => {
    children.forEach((child, i) => {
      const last = i === children.length - 1;
      const below = before + (last ? signs.gap : signs.bar);
      // A node with children keeps its line down to them.
      const beside = below + (child.children?.length ? signs.bar : '');
      for (const [row, line] of child.lines.entries())
        out.push(row === 0 ? before + (last ? signs.end : signs.tee) + line : beside + line);
      walk(child.children ?? [], below);
    });
  };
  walk(tree.children ?? [], '');
  return out.join('\n');
};
