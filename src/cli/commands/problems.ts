import 'reflect-metadata';
import '../../app.module'; // every problem is declared by a module that it loads
import { STATUS_OF_KIND } from '../../common/problem-status';
import { allProblems } from '../../common/problem';
import { writeOrCheck } from '../support/generated-file';
import { markdownTable } from '../support/markdown-table';

const GENERATED = '<!-- Made by `npm run cli -- problems` from the sources; do not edit. -->';
const INTRODUCTION =
  'Every error is `application/problem+json` (RFC 9457). Its `code` is stable, so switch on that; its `type` is a page of the server that explains it.';

/** `problems`: writes docs/problems.md, every problem that the server may answer with. */
export function runProblems({ check = false }: { check?: boolean }): void {
  const rows = allProblems().map(({ code, kind, title, description }) => [
    String(STATUS_OF_KIND[kind]),
    `\`${code}\``,
    title,
    description,
  ]);
  const table = markdownTable(['Status', 'Code', 'Title', 'When, and what to do'], rows);
  const content = [GENERATED, '# Problems', INTRODUCTION, table].join('\n\n') + '\n';
  writeOrCheck([{ path: 'docs/problems.md', content, command: 'problems' }], check);
}
