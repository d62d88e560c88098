import { Outlet } from '@tanstack/react-router';
import { brand } from '../api/brand';
import { text } from '../text/catalogue';
import { Brand } from './brand';

/** One card in the middle: the pages of those who are not logged in. */
export function PublicLayout() {
  return (
    <main className="door">
      <div className="door-brand">
        <Brand />
      </div>
      <Outlet />
      {brand.supportEmail !== null && (
        <p className="hint">
          {text.problems.help} <a href={`mailto:${brand.supportEmail}`}>{brand.supportEmail}</a>
        </p>
      )}
    </main>
  );
}
