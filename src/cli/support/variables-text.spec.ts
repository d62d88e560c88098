import { parseEnv } from 'node:util';
import { readConfig } from '../../platform/config/config';
import { settings } from '../../platform/config/settings';
import { describeVariables, replaceTable, toEnvironmentExample } from './variables-text';

const variables = describeVariables();

describe('describeVariables', () => {
  it('lists each setting with its description', () => {
    expect(variables.map(({ name }) => name)).toEqual(Object.keys(settings));
    expect(variables.filter(({ description }) => description === '')).toEqual([]);
  });

  it('writes defaults as one would write them in the environment', () => {
    const byName = new Map(variables.map(({ name, defaultValue }) => [name, defaultValue]));
    expect(byName.get('ROLES')).toBe('web,worker,cron');
    expect(byName.get('BCRYPT_COST')).toBe('10');
    expect(byName.get('DATABASE_URL')).toBe('');
  });
});

describe('toEnvironmentExample', () => {
  const example = toEnvironmentExample(variables);

  it('changes nothing as it is', () => {
    expect(parseEnv(example)).toEqual({});
  });

  it('holds the defaults: with all of them uncommented the configuration is the same', () => {
    const uncommented = parseEnv(example.replaceAll(/^# ([A-Z_]+=)/gm, '$1'));
    const secret = { SECRET_KEY: 'a secret of the tests, long enough to be taken' };
    expect(Object.keys(uncommented).sort()).toEqual(Object.keys(settings).sort());
    expect(readConfig({ ...uncommented, ...secret })).toEqual(readConfig(secret));
  });
});

describe('replaceTable', () => {
  it('replaces only what is between the marks', () => {
    const readme = 'before $1\n<!-- variables -->\nold\n<!-- /variables -->\nafter\n';
    const replaced = replaceTable(readme, [{ name: 'A', defaultValue: '$&', description: 'x' }]);
    expect(replaced).toBe(
      'before $1\n<!-- variables -->\n\n| Variable | Default | Meaning |\n| -------- | ------- | ------- |\n' +
        '| `A`      | `$&`    | x       |\n\n<!-- /variables -->\nafter\n',
    );
    expect(replaceTable(replaced!, [{ name: 'A', defaultValue: '$&', description: 'x' }])).toBe(
      replaced,
    );
  });

  it('returns null without marks', () => {
    expect(replaceTable('nothing here', variables)).toBeNull();
  });
});
