import { Component } from 'react';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { Blank } from './Blank.tsx';
import './base.css';

/** Draws a page. What goes wrong while drawing is shown instead of nothing. */
export function showPage(page: ReactNode): void {
  const root = document.getElementById('root');
  if (root) createRoot(root).render(<Failures>{page}</Failures>);
}

class Failures extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Blank
        error
        title="Something went wrong here"
        actions={
          <button type="button" className="button" onClick={() => location.reload()}>
            Reload
          </button>
        }
      >
        Your agents keep running. Reload to go on.
      </Blank>
    );
  }
}
