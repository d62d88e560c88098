import { PASSWORD, signUp } from '../support/customers';
import { keyIn } from '../support/mail-server';
import { newEmail } from '../support/signups';
import { until } from '../support/until';
import { ConsoleWorld } from './support/console';

/* A change of address in the console: asked for, confirmed by both, undone by the old one. */

let world: ConsoleWorld;
beforeAll(async () => {
  world = await ConsoleWorld.start();
});
afterAll(() => world.stop());

/** The key of a mail, as soon as it has come. */
async function keyTo(email: string, subject: string): Promise<string> {
  const find = () =>
    world.mailServer.mails.find(
      (mail) => mail.recipients.includes(email) && mail.subject?.includes(subject),
    );
  await until('the mail has come', () => find() !== undefined);
  return keyIn(find()!);
}

it('a person changes the address, and takes the old one back', async () => {
  const [{ email }, fresh] = [await signUp(world.server), newEmail()];
  const visitor = await world.logIn(email, PASSWORD);
  await visitor.goTo('/console/account');
  await visitor.fill({ newEmail: fresh });
  await visitor.press('Change address');
  await visitor.see('Not confirmed yet');
  await visitor.picture('email-change');
  expect(await visitor.findBarriers()).toEqual([]);

  const ofOld = await keyTo(email, 'Confirm the change of your address');
  await visitor.goTo(`/console/confirm-email?token=${ofOld}`);
  await visitor.picture('email-change-confirm');
  await visitor.press('Confirm');
  await visitor.see('Now the other address');
  const ofNew = await keyTo(fresh, 'Confirm your new address');
  await visitor.goTo(`/confirm-email?token=${ofNew}`);
  await visitor.press('Confirm');
  await visitor.see('The address has changed');
  await visitor.goTo('/console/account');
  await visitor.see(`Now it is ${fresh}.`);

  const toUndo = await keyTo(email, 'Your address has changed');
  await visitor.goTo(`/undo-email-change?token=${toUndo}`);
  await visitor.picture('email-change-undo');
  await visitor.press('Take it back');
  await visitor.see('The old address is back');
  expect(await visitor.takeFaults()).toEqual([]);
  const again = await world.logIn(email, PASSWORD);
  await again.goTo('/console/account');
  await again.see(`Now it is ${email}.`);
  await visitor.goTo(`/undo-email-change?token=${toUndo}`);
  await visitor.press('Take it back');
  await visitor.see('This link is no longer valid');
  await visitor.close();
  await again.close();
});
