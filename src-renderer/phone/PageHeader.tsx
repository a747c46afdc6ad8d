import type { ReactNode } from 'react';

/** The line on top of a page. */
export function PageHeader({ title, back, children }: { title: string; back?: ReactNode; children?: ReactNode }) {
  return (
    <header className="page-header">
      {back}
      <h1 className="grow one-line">{title}</h1>
      {children}
    </header>
  );
}
