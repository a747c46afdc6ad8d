import { Smartphone } from 'lucide-react';
import { Blank } from '../views/Blank.tsx';
import { LinkForm } from './LinkForm.tsx';

/** Nothing is paired yet: what to do. */
export function WelcomeScreen({ onLink }: { onLink: (link: string) => void }) {
  return (
    <main className="screen">
      <Blank
        icon={<Smartphone className="icon-large" aria-hidden="true" />}
        title="Pair with your computer"
        actions={<LinkForm onLink={onLink} />}
      >
        On your computer open Paseo, choose “Pair phone”, and scan the code with this device’s camera. Or paste the link
        here:
      </Blank>
    </main>
  );
}
