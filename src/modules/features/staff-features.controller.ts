import { Body, Controller, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { PathText } from '../../platform/http/path-text';
import { Ctx } from '../../platform/http/request';
import {
  CreateFeatureRequest,
  FeatureResponse,
  toFeatureResponse,
  UpdateFeatureRequest,
} from './dto/feature';
import { featureDeclared, featureKeyTaken, featureNotFound } from './features.errors';
import { FeaturesService } from './features.service';

class FeaturePage extends pageOf(FeatureResponse) {}

@ApiTags('Staff')
@Controller('v1/staff/features')
export class StaffFeaturesController {
  constructor(private readonly features: FeaturesService) {}

  @Get()
  @Access({
    audience: 'staff',
    action: 'feature.list',
    summary: 'The features that plans may grant, archived ones too',
    status: 200,
    answers: FeaturePage,
  })
  async list(@Ctx() context: RequestContext, @Query() query: ListQuery): Promise<FeaturePage> {
    const features = await this.features.list(context, query);
    return toPage(features, query.limit, toFeatureResponse, ({ key }) => [key]);
  }

  @Post()
  @Access({
    audience: 'staff',
    action: 'feature.create',
    summary: 'Add a feature, for what other services count or ask for',
    status: 201,
    answers: FeatureResponse,
    problems: [featureKeyTaken],
  })
  async create(
    @Ctx() context: RequestContext,
    @Body() body: CreateFeatureRequest,
  ): Promise<FeatureResponse> {
    return toFeatureResponse(await this.features.create(context, body));
  }

  @Patch(':key')
  @Access({
    audience: 'staff',
    action: 'feature.update',
    summary: 'Rename, show, hide or archive a feature; omitted fields stay',
    status: 200,
    answers: FeatureResponse,
    problems: [featureNotFound, featureDeclared],
  })
  async update(
    @Ctx() context: RequestContext,
    @PathText('key') key: string,
    @Body() body: UpdateFeatureRequest,
  ): Promise<FeatureResponse> {
    return toFeatureResponse(await this.features.update(context, key, body));
  }
}
