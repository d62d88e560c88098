import { readFileSync } from 'node:fs';
import { Controller, Get, Header, Inject, Res, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Access } from '../../common/access/access.decorator';
import { routeNotFound } from '../../common/problems';
import { LOGO_PATH } from '../../platform/config/brand';
import { CONFIG, type Config } from '../../platform/config/config';

/** docs/console.md describes it. */
export interface ConsoleConfig {
  name: string;
  color: string | null;
  darkColor: string | null;
  logoUrl: string | null;
  supportEmail: string | null;
  environment: Config['environment'];
}

/** How this installation looks, for its console and its mails. */
@ApiExcludeController()
@Controller()
export class BrandController {
  private readonly logo: Buffer | null;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    const { logoFile } = config.brand;
    this.logo = logoFile === null ? null : readFileSync(logoFile);
  }

  @Get('console/config.json')
  @Access({
    audience: 'public',
    action: 'page.console_config',
    summary: 'Name, colours, logo and support address of this installation',
    status: 200,
  })
  read(): ConsoleConfig {
    const { brand, environment } = this.config;
    const { name, color, darkColor, supportEmail } = brand;
    const logoUrl = this.logo && LOGO_PATH;
    return { name, color, darkColor, logoUrl, supportEmail, environment };
  }

  /** Mail programs show it from pages of their own. */
  @Get(LOGO_PATH)
  @Header('cross-origin-resource-policy', 'cross-origin')
  @Header('cache-control', 'public, max-age=3600')
  @Access({ audience: 'public', action: 'page.logo', summary: 'The logo', status: 200 })
  readLogo(@Res({ passthrough: true }) reply: FastifyReply): StreamableFile {
    if (!this.logo) throw routeNotFound();
    const isVector = this.config.brand.logoFile?.toLowerCase().endsWith('.svg');
    void reply.type(isVector ? 'image/svg+xml' : 'image/png');
    return new StreamableFile(this.logo);
  }
}
