import { Menu } from 'electron';

/** No menu bar, except where the system's one makes copy and paste work. Electron's own would offer to reload and to inspect. */
export function setAppMenu(): void {
  const mac: Electron.MenuItemConstructorOptions[] = [
    { role: 'appMenu' },
    { role: 'editMenu' },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(process.platform === 'darwin' ? Menu.buildFromTemplate(mac) : null);
}
