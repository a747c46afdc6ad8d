import { useEffect, useState } from 'react';
import type { KnownDaemon } from '../../src-shared/client/known-daemon.ts';
import { Blank, Skeleton } from '../views/Blank.tsx';
import { failureWords } from '../views/failure-words.ts';
import { chosenDaemon, chooseDaemon } from './chosen-daemon.ts';
import { DaemonApp } from './DaemonApp.tsx';
import { takeOfferLink } from './offer-in-address.ts';
import { PairScreen } from './PairScreen.tsx';
import { keepStorage, openStorage } from './storage/phone-storage.ts';
import type { PhoneStorage } from './storage/phone-storage.ts';
import { WelcomeScreen } from './WelcomeScreen.tsx';
import './phone.css';

/** The phone and web app. `openedLink` is the pairing link it was opened with, if any. */
export function App({ openedLink }: { openedLink: string | null }) {
  const [link, setLink] = useState(openedLink);
  const [storage, setStorage] = useState<PhoneStorage | null>(null);
  const [daemons, setDaemons] = useState<KnownDaemon[] | null>(null);
  const [chosenId, setChosenId] = useState(chosenDaemon);
  const [error, setError] = useState<string | null>(null);

  useEffect(() => {
    const opened = openStorage();
    opened.then(setStorage, (failure: unknown) => setError(failureWords(failure)));
  }, []);
  useEffect(() => {
    storage?.daemons.list().then(setDaemons, (failure: unknown) => setError(failureWords(failure)));
  }, [storage]);
  // A link that is opened while the page is open already only changes the fragment.
  useEffect(() => {
    const changed = () => {
      const next = takeOfferLink(location, history);
      if (next !== null) setLink(next);
    };
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);

  const choose = (id: string | null) => {
    chooseDaemon(id);
    setChosenId(id);
  };

  if (error !== null)
    return (
      <Blank error title="This page cannot store anything">
        {error}
      </Blank>
    );
  if (storage === null || daemons === null) return <Skeleton rows={5} />;
  if (link !== null)
    return (
      <PairScreen
        key={link}
        link={link}
        storage={storage}
        known={daemons.length > 0}
        onPaired={(record) => {
          void keepStorage();
          setDaemons((before) => [...(before ?? []).filter((entry) => entry.id !== record.id), record]);
          choose(record.id);
          setLink(null);
        }}
        onLeave={() => setLink(null)}
      />
    );
  const record = daemons.find((entry) => entry.id === chosenId) ?? daemons[0];
  if (!record) return <WelcomeScreen onLink={setLink} />;
  return (
    <DaemonApp
      key={`${record.id} ${record.deviceId}`}
      storage={storage}
      record={record}
      daemons={daemons}
      onChoose={choose}
      onLink={setLink}
      onForgotten={() => {
        setDaemons((before) => (before ?? []).filter((entry) => entry.id !== record.id));
        choose(null);
      }}
    />
  );
}
