import { CircleAlert, CircleX, Info, LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import './banner.css';

interface BannerProps {
  tone: 'info' | 'busy' | 'warning' | 'error';
  /** What happened and what it means for the agents. */
  children: ReactNode;
  /** The next step. */
  action?: ReactNode;
}

const ICONS = { info: Info, busy: LoaderCircle, warning: CircleAlert, error: CircleX };

/** One line above a view that says what is the matter. */
export function Banner({ tone, children, action }: BannerProps) {
  const Icon = ICONS[tone];
  return (
    <div className={`banner banner-${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
      <Icon className={`icon${tone === 'busy' ? ' spin' : ''}`} aria-hidden="true" />
      <span className="grow">{children}</span>
      {action}
    </div>
  );
}
