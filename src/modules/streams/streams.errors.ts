import { defineProblem } from '../../common/problem';

export const tooManyStreams = defineProblem({
  code: 'too_many_streams',
  kind: 'rate_limited',
  title: 'Too many streams are open',
  description:
    'A person has at most 20 open streams in a process of the server, a business 200. Share one between tabs, and close those that nothing reads.',
});
