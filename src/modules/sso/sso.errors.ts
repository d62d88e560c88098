import { defineProblem } from '../../common/problem';

export const ssoNotFound = defineProblem({
  code: 'sso_not_found',
  kind: 'not_found',
  title: 'This business has no sign-in of its own',
  description: 'Set one up with PUT /v1/business/sso.',
});

export const domainNotFound = defineProblem({
  code: 'domain_not_found',
  kind: 'not_found',
  title: 'The sign-in of this business does not name this domain',
  description: 'Add it with PUT /v1/business/sso.',
});

export const domainNotProven = defineProblem({
  code: 'domain_not_proven',
  kind: 'conflict',
  title: 'The DNS record was not found',
  description:
    'GET /v1/business/sso shows the TXT record that each domain needs. New records can take hours until every server knows them.',
});

export const domainTaken = defineProblem({
  code: 'domain_taken',
  kind: 'conflict',
  title: 'Another business has proven this domain',
  description: 'Ask the operator of this installation.',
});
