import { common } from './english/common';
import { door } from './english/door';
import { names } from './english/names';
import { notifications } from './english/notifications';
import { product } from '../product/english';
import { passkeys, secondFactor, signInMethods } from './english/second-factor';
import { signIn, sso } from './english/sign-in';
import { staff } from './english/staff';
import { team } from './english/team';
import { webhooks } from './english/webhooks';

export const english = {
  ...common,
  ...names,
  ...door,
  ...team,
  ...webhooks,
  ...notifications,
  ...product,
  passkeys,
  secondFactor,
  signIn,
  signInMethods,
  sso,
  staff,
};
