import { Controller, Inject, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { routeNotFound } from '../../common/problems';
import { CONFIG, type Config } from '../../platform/config/config';
import { DemoBusinessService } from './demo-business.service';
import type { DemoBusinessResponse } from './dto/demo-business';

/** For the first page of the console in development. In production there is no such route. */
@ApiExcludeController()
@Controller()
export class DemoBusinessController {
  constructor(
    private readonly demo: DemoBusinessService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('v1/demo/businesses')
  @Access({
    audience: 'public',
    action: 'page.demo_business',
    summary: 'Make up a business, with usage, in development only',
    status: 201,
    idempotency: 'none',
  })
  create(): Promise<DemoBusinessResponse> {
    if (this.config.environment === 'production') throw routeNotFound();
    return this.demo.create();
  }
}
