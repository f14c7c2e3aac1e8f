/** Generated tables inside pages of the documentation. */
import { sectionMarkdown } from './render-report.ts';
import type { EvaluationReport } from './section.ts';

const BLOCK = /<!-- measured: ([a-z-]+) -->\n[\s\S]*?<!-- end -->/g;

/** The page with the block of every suite in the report written anew; other blocks stay. */
export const replaceMeasured = (page: string, report: EvaluationReport): string =>
  page.replaceAll(BLOCK, (block, suite: string) => {
    const section = report.sections.find((s) => s.suite === suite);
    return section === undefined || section.done === 0
      ? block
      : `<!-- measured: ${suite} -->\n\n${sectionMarkdown(report, section)}\n\n<!-- end -->`;
  });
