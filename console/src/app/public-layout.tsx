import { Outlet } from '@tanstack/react-router';
import { Brand } from './brand';

/** One card in the middle: the pages of those who are not logged in. */
export function PublicLayout() {
  return (
    <main className="door">
      <div className="door-brand">
        <Brand />
      </div>
      <Outlet />
    </main>
  );
}
