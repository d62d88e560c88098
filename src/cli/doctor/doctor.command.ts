import { ConfigFaults, loadConfig } from '../../platform/config/config';
import { examine, examineWithoutDatabase } from './examine';
import type { Finding } from './finding';
import { CommandFailure } from '../support/failure';
import { Interruption } from '../support/interruption';
import { countOf, print, printJson } from '../support/output';
import { withDatabase } from '../support/with-database';

/** `doctor`: checks an installation, and says how to fix what is wrong. @throws CommandFailure when a check fails */
export async function runDoctor({ json }: { json?: boolean }): Promise<void> {
  const findings = await examineConfigured();
  if (json) printJson(findings);
  else for (const finding of findings) printFinding(finding, widthOf(findings));
  const failed = findings.filter(({ status }) => status === 'fail').length;
  if (failed > 0) throw new CommandFailure(`${countOf(failed, 'check', 'checks')} failed`);
}

async function examineConfigured(): Promise<Finding[]> {
  try {
    return await withDatabase((config, signals) =>
      signals.unlessInterrupted(() => examine(config)),
    );
  } catch (error) {
    if (error instanceof ConfigFaults || error instanceof Interruption) throw error;
    return examineWithoutDatabase(loadConfig(), error); // the embedded one does not start
  }
}

function printFinding({ check, status, detail, fix }: Finding, width: number): void {
  print(`${status.padEnd(4)}  ${check.padEnd(width)}  ${detail}`);
  if (fix) print(`${' '.repeat(6 + width)}  → ${fix}`);
}

function widthOf(findings: Finding[]): number {
  return Math.max(...findings.map(({ check }) => check.length));
}
