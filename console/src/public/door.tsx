import { useEffect, type ReactNode } from 'react';

interface Props {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
  foot?: ReactNode;
}

/** The frame of a page for those who are not logged in. */
export function Door({ title, lead, children, foot }: Props) {
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <section className="card door-card">
        <h1>{title}</h1>
        {lead && <p className="lead">{lead}</p>}
        {children}
      </section>
      {foot && <div className="door-foot">{foot}</div>}
    </>
  );
}
