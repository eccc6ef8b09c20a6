// Short names for the generated types (schema.ts, from api/openapi.yaml).
import type { components } from "./schema";

type Schemas = components["schemas"];
export type OwnWords = Schemas["OwnWords"];
export type OwnWord = OwnWords["words"][number];
export type RuleKind = Schemas["RuleKind"];
export type RuleState = Schemas["RuleState"];
export type RuleVersion = Schemas["RuleVersion"];
export type RuleVersionFull = Schemas["RuleVersionFull"];
export type RuleVersions = Schemas["RuleVersions"];
export type RuleChange = Schemas["RuleChange"];
export type RuleCheck = Schemas["RuleCheck"];
export type Replay = Schemas["Replay"];
export type ReplayReport = Schemas["ReplayReport"];
export type ReplayPair = Schemas["ReplayPair"];
export type ReplayDifference = Schemas["ReplayDifference"];
export type Session = Schemas["Session"];
export type Level = 0 | 1 | 2 | 3 | 4;
export type Category = Schemas["Category"];
export type Flag = Schemas["Flag"];
export type ActionKind = Schemas["ActionKind"];
export type ActionMode = Schemas["ActionMode"];
export type Action = Schemas["Action"];
export type Finding = Schemas["Finding"];
export type CounterEvidence = Schemas["CounterEvidence"];
export type Utterance = Schemas["Utterance"];
export type Turn = Schemas["Turn"];
export type VoiceCue = Schemas["VoiceCue"];
export type VoiceRise = Schemas["VoiceRise"];
export type LiveContact = Schemas["LiveContact"];
export type LiveContactFull = Schemas["LiveContactFull"];
export type Contact = Schemas["Contact"];
export type ContactPage = Schemas["ContactPage"];
export type SecondPass = Schemas["SecondPass"];
export type SecondOpinion = Schemas["SecondOpinion"];
export type Disagreement = Schemas["Disagreement"];
export type CustomerHistory = Schemas["CustomerHistory"];
export type FoundContacts = Schemas["FoundContacts"];
export type LinkBasis = Schemas["LinkBasis"];
export type Entry = Schemas["Entry"];
export type Case = Schemas["Case"];
export type Block = Schemas["Block"];
export type Health = Schemas["Health"];
export type Policy = Schemas["Policy"];
export type Prompts = Schemas["Prompts"];
export type Voiceprint = Schemas["Voiceprint"];
export type Voiceprints = Schemas["Voiceprints"];
export type VoiceprintPurpose = Schemas["VoiceprintPurpose"];
export type LiveMessage =
  | Schemas["SnapshotMessage"]
  | Schemas["ContactMessage"]
  | Schemas["UtteranceMessage"]
  | Schemas["PartialMessage"]
  | Schemas["CueMessage"]
  | Schemas["AlertMessage"]
  | Schemas["RemovedMessage"]
  | Schemas["HealthMessage"]
  | Schemas["CasesChangedMessage"];
export type Alert = Schemas["AlertMessage"];

export function levelOf(value: number): Level {
  return Math.min(4, Math.max(0, Math.trunc(value))) as Level;
}
