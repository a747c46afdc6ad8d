import type { ReactNode } from 'react';

/** A remark between what is said. */
export function Aside({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <div className="aside note">
      {icon}
      <span className="grow">{children}</span>
    </div>
  );
}
