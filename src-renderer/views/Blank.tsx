import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import './blank.css';

interface BlankProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  /** What to do next, as buttons. */
  actions?: ReactNode;
  /** An error is read out at once. */
  error?: boolean;
}

/** A view that has nothing to show yet, or that could not be shown: why, and what to do first. */
export function Blank({ icon, title, children, actions, error = false }: BlankProps) {
  return (
    <div className="blank" role={error ? 'alert' : undefined}>
      {icon}
      <h2>{title}</h2>
      {children !== undefined && <div className="note blank-text">{children}</div>}
      {actions !== undefined && <div className="row blank-actions">{actions}</div>}
    </div>
  );
}

/** Keeps the place of rows that are being loaded; appears after 200 ms so that quick loads do not flicker. */
export function Skeleton({ rows = 3, label = 'Loading' }: { rows?: number; label?: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="skeleton" role="status" aria-label={label} data-shown={shown}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="skeleton-row" />
      ))}
    </div>
  );
}
