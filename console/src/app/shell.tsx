import { Link, useRouterState } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import type { Permission } from '@tenantry/client';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import type { IconName } from '../ui/icon-paths';

export interface NavigationItem {
  to: string;
  label: string;
  icon: IconName;
  /** Shown to those who have it; without one, to all. */
  permission?: Permission;
}

export interface NavigationGroup {
  label?: string;
  items: readonly NavigationItem[];
}

interface ShellProps {
  head: ReactNode;
  foot: ReactNode;
  bar?: ReactNode;
  groups: readonly NavigationGroup[];
  children: ReactNode;
}

/** Navigation at the side, or behind a button on a phone, and the page. */
export function Shell({ head, foot, bar, groups, children }: ShellProps) {
  const [isOpen, setIsOpen] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(() => setIsOpen(false), [path]);
  return (
    <div className="shell" data-navigation={isOpen ? 'open' : 'closed'}>
      <a className="skip" href="#content">
        {text.shell.skip}
      </a>
      {bar}
      <div className="shell-top">
        <Button
          kind="quiet"
          icon="menu"
          label={text.shell.menu}
          onPress={() => setIsOpen(!isOpen)}
        />
        {head}
      </div>
      <aside className="side">
        <div className="side-head">{head}</div>
        <nav aria-label={text.shell.navigation}>
          {groups.map((group, index) => (
            <Group key={group.label ?? index} {...group} />
          ))}
        </nav>
        <div className="side-foot">{foot}</div>
      </aside>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Group({ label, items }: NavigationGroup) {
  if (items.length === 0) return null;
  return (
    <div className="side-group">
      {label && <h2>{label}</h2>}
      {items.map(({ to, label: name, icon }) => (
        <Link
          key={to}
          to={to}
          className="side-link"
          activeOptions={{ exact: to === '/' || to === '/staff' }}
        >
          <Icon name={icon} />
          {name}
        </Link>
      ))}
    </div>
  );
}
