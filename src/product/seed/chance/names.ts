// Names of made-up people, businesses and devices.

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const FIRST_NAMES = words(`
  Ada Amara Anselm Astrid Bao Beatriz Bruno Chiara Chinedu Dalia Elif Emil Farah Finn Grace Hana Henrik
  Imani Ines Ivo Jonas Kaja Kenji Lena Leyla Lucia Mateo Mei Nadia Noor Oskar Priya Rafael Ravi Rosa
  Samir Sofia Tomas Vera Yusuf`);

export const LAST_NAMES = words(`
  Abebe Andersen Bianchi Castro Chen Costa Demir Dubois Eriksen Fischer Garcia Haddad Hoffmann Ivanova
  Jansen Kaya Kim Kowalski Larsen Lopez Mensah Moreau Nakamura Nguyen Novak Okafor Olsen Patel Petrov
  Rossi Santos Sato Schmidt Silva Singh Tanaka Varga Weber Yilmaz Zhang`);

export const BUSINESS_WORDS = words(`
  Alder Amber Anchor Atlas Beacon Birch Bluebird Bridge Canvas Cedar Cobalt Compass Copper Delta Ember
  Falcon Fern Granite Harbor Hazel Heron Iris Juniper Kestrel Lantern Linden Maple Meadow Nimbus North
  Oak Orchid Otter Pebble Quartz Raven Saffron Sparrow Tidal Willow`);

export const BUSINESS_FIELDS = words(`
  Analytics Apps Banking Books Care Commerce Courier Fitness Foods Games Health Homes Insurance Kitchen
  Labs Learning Mobility Music Software Travel`);

export const APPLICATION_NAMES = words('Shop Driver Courier Admin Kids Pro Web Beta');

export interface DeviceName {
  platform: 'android' | 'ios' | 'web';
  model: string;
  os: string;
  osVersion: string;
}

export const DEVICES: readonly DeviceName[] = [
  { platform: 'android', model: 'Pixel 9', os: 'Android', osVersion: '16' },
  { platform: 'android', model: 'Galaxy S25', os: 'Android', osVersion: '15' },
  { platform: 'android', model: 'Redmi Note 14', os: 'Android', osVersion: '14' },
  { platform: 'ios', model: 'iPhone 17', os: 'iOS', osVersion: '26.1' },
  { platform: 'ios', model: 'iPhone 15', os: 'iOS', osVersion: '18.6' },
  { platform: 'ios', model: 'iPad Air', os: 'iPadOS', osVersion: '26.1' },
  { platform: 'web', model: 'Chrome', os: 'Windows', osVersion: '11' },
  { platform: 'web', model: 'Safari', os: 'macOS', osVersion: '26.1' },
];
