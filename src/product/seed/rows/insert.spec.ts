import { insertInto } from './insert';
import { SEEDED_COLUMNS } from './rows';

const business = {
  id: 'id',
  name: 'Amber "the" \\ Labs, {Foods}',
  status: 'active',
  support_access: true,
  created_at: new Date('2026-11-21T01:02:03.004Z'),
};

describe('insertInto', () => {
  it('is one statement with a parameter a column, however many rows', () => {
    const { sql, parameters } = insertInto('businesses', [business, business]);
    expect(sql).toBe(
      'INSERT INTO businesses (id, name, status, support_access, created_at) ' +
        'SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::timestamptz[])',
    );
    expect(parameters).toHaveLength(Object.keys(SEEDED_COLUMNS.businesses).length);
    expect(parameters[0]).toBe('{id,id}');
    expect(parameters[4]).toBe('{2026-11-21T01:02:03.004Z,2026-11-21T01:02:03.004Z}');
  });

  it('quotes text and JSON, and leaves null null', () => {
    const [, name] = insertInto('businesses', [business, { ...business, name: 'NULL' }]).parameters;
    expect(name).toBe(String.raw`{"Amber \"the\" \\ Labs, {Foods}","NULL"}`);
    const recording = { device: { os: 'iOS "26"' }, application_id: null, metadata: null };
    const rows = [{ ...Object.fromEntries(columnsOfRecordings()), ...recording }];
    const { parameters } = insertInto('recordings', rows);
    const of = (column: string) =>
      parameters[columnsOfRecordings().findIndex(([name]) => name === column)];
    expect(of('device')).toBe(String.raw`{"{\"os\":\"iOS \\\"26\\\"\"}"}`);
    expect([of('application_id'), of('metadata')]).toEqual(['{NULL}', '{NULL}']);
  });

  function columnsOfRecordings(): [string, null][] {
    return Object.keys(SEEDED_COLUMNS.recordings).map((column) => [column, null]);
  }
});
