import { Controller, Get, Header, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../common/access/access.decorator';
import { allProblems } from '../../common/problem';
import { routeNotFound } from '../../common/problems';
import { CONFIG, type Config } from '../../platform/config/config';
import { CONSOLE_PATH, hasConsole, wantsPage } from '../../platform/http/console';
import { policyOfPage } from '../../platform/http/security-headers';
import { readLlms } from './llms';
import { page, problemPage, welcomePage } from './pages';

const HTML = 'text/html; charset=utf-8';

/** All pages share one style. */
const POLICY = policyOfPage(page('', ''));

/** Pages for people who open the server's URL in a browser. */
@ApiExcludeController()
@Controller()
export class PagesController {
  private readonly hasConsole: boolean;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.hasConsole = hasConsole(config.consoleDirectory);
  }

  @Get()
  @Header('content-type', HTML)
  @Header('content-security-policy', POLICY)
  @Access({
    audience: 'public',
    action: 'page.welcome',
    summary: 'The console, or a welcome page',
    status: 200,
  })
  welcome(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    if (!this.hasConsole || !wantsPage(request)) return welcomePage(this.config);
    void reply.code(302).header('location', CONSOLE_PATH);
    return '';
  }

  @Get('llms.txt')
  @Header('content-type', 'text/plain; charset=utf-8')
  @Access({
    audience: 'public',
    action: 'page.llms',
    summary: 'How a programming agent builds on this',
    status: 200,
  })
  tellAgents(): string {
    return readLlms();
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
}
