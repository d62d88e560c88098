import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { allProblems } from '../../common/problem';
import { routeNotFound } from '../../common/problems';
import { CONFIG, type Config } from '../../platform/config/config';
import { problemPage, welcomePage } from './pages';

const HTML = 'text/html; charset=utf-8';

/** Pages for people who open the server's address in a browser. */
@ApiExcludeController()
@Controller()
export class PagesController {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  @Get()
  @Header('content-type', HTML)
  @Access({ audience: 'public', action: 'page.welcome', summary: 'Where to begin', status: 200 })
  welcome(): string {
    return welcomePage(this.config.appUrl, this.config.environment);
  }

  /** Where the `type` of every problem leads. */
  @Get('problems/:code')
  @Header('content-type', HTML)
  @Access({
    audience: 'public',
    action: 'page.problem',
    summary: 'What a problem means',
    status: 200,
  })
  problem(@Param('code') code: string): string {
    const definition = allProblems().find((problem) => problem.code === code);
    if (!definition) throw routeNotFound();
    return problemPage(definition);
  }
}
