import { Controller, Get, Header, Inject, Param, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { Text } from '../../common/fields';
import { allProblems } from '../../common/problem';
import { routeNotFound } from '../../common/problems';
import { CONFIG, type Config } from '../../platform/config/config';
import { policyOfPage } from '../../platform/http/security-headers';
import { linkPage, type LinkName } from './link-pages';
import { page, problemPage, welcomePage } from './pages';

/** The key is for the page's script; here it is only allowed. */
class LinkQuery {
  @Text({ optional: true, max: 200 })
  activationKey?: string;

  @Text({ optional: true, max: 200 })
  token?: string;
}

const HTML = 'text/html; charset=utf-8';

/** All pages share one style; the linked ones have a script each. */
const POLICY = policyOfPage(page('', ''));

/** Pages for people who open the server's URL in a browser. */
@ApiExcludeController()
@Controller()
export class PagesController {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  @Get()
  @Header('content-type', HTML)
  @Header('content-security-policy', POLICY)
  @Access({ audience: 'public', action: 'page.welcome', summary: 'The welcome page', status: 200 })
  welcome(): string {
    return welcomePage(this.config);
  }

  /** The page that the `type` of every problem links to. */
  @Get('problems/:code')
  @Header('content-type', HTML)
  @Header('content-security-policy', POLICY)
  @Access({
    audience: 'public',
    action: 'page.problem',
    summary: 'What a problem means',
    status: 200,
  })
  problem(@Param('code') code: string): string {
    const definition = allProblems().find((problem) => problem.code === code);
    if (!definition) throw routeNotFound();
    return problemPage(definition, this.config);
  }

  @Get('signup')
  @Header('content-type', HTML)
  @Header('content-security-policy', policyOfPage(linkPage('signup')))
  @Access({
    audience: 'public',
    action: 'page.signup',
    summary: 'The page of an invitation link',
    status: 200,
  })
  signup(@Query() _query: LinkQuery): string {
    return this.link('signup');
  }

  @Get('reset-password')
  @Header('content-type', HTML)
  @Header('content-security-policy', policyOfPage(linkPage('reset-password')))
  @Access({
    audience: 'public',
    action: 'page.reset_password',
    summary: 'The page of a password reset link',
    status: 200,
  })
  resetPassword(@Query() _query: LinkQuery): string {
    return this.link('reset-password');
  }

  @Get('verify-email')
  @Header('content-type', HTML)
  @Header('content-security-policy', policyOfPage(linkPage('verify-email')))
  @Access({
    audience: 'public',
    action: 'page.verify_email',
    summary: 'The page of a verification link',
    status: 200,
  })
  verifyEmail(@Query() _query: LinkQuery): string {
    return this.link('verify-email');
  }

  /** In production, the links lead to the front end at APP_URL. */
  private link(name: LinkName): string {
    if (this.config.environment === 'production') throw routeNotFound();
    return linkPage(name);
  }
}
