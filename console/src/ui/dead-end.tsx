import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import { text } from '../text/catalogue';
import { Empty } from './feedback';
import type { IconName } from './icon-paths';

interface Props {
  icon: IconName;
  title: string;
  children?: ReactNode;
}

/** What a page shows that has nothing to show, with the way home. */
export function DeadEnd({ icon, title, children }: Props) {
  const home = (
    <Link to="/" className="button button-plain">
      {text.problems.home}
    </Link>
  );
  return (
    <Empty icon={icon} title={title} action={home}>
      {children}
    </Empty>
  );
}
