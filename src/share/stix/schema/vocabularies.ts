/** Vocabularies of STIX 2.1, section 10. An open one (`-ov`) suggests, a closed one (`-enum`) binds. */
export const OPEN_VOCABULARIES = {
  // 10.1
  'account-type-ov':
    'facebook ldap nis openid radius skype tacacs twitter unix windows-local windows-domain',
  // 10.2
  'attack-motivation-ov':
    'accidental coercion dominance ideology notoriety organizational-gain personal-gain personal-satisfaction revenge unpredictable',
  // 10.3
  'attack-resource-level-ov': 'individual club contest team organization government',
  // 10.6
  'grouping-context-ov': 'suspicious-activity malware-analysis unspecified',
  // 10.7
  'hash-algorithm-ov': 'MD5 SHA-1 SHA-256 SHA-512 SHA3-256 SHA3-512 SSDEEP TLSH',
  // 10.8
  'identity-class-ov': 'individual group system organization class unknown',
  // 10.9
  'implementation-language-ov':
    'applescript bash c c++ c# go java javascript lua objective-c perl php powershell python ruby rust scala swift typescript visual-basic x86-32 x86-64',
  // 10.10
  'indicator-type-ov':
    'anomalous-activity anonymization benign compromised malicious-activity attribution unknown',
  // 10.11
  'industry-sector-ov':
    'agriculture aerospace automotive chemical commercial communications construction defense education energy entertainment financial-services government emergency-services government-local government-national government-public-services government-regional healthcare hospitality-leisure infrastructure dams nuclear water insurance manufacturing mining non-profit pharmaceuticals retail technology telecommunications transportation utilities',
  // 10.12
  'infrastructure-type-ov':
    'amplification anonymization botnet command-and-control exfiltration hosting-malware hosting-target-lists phishing reconnaissance staging unknown',
  // 10.14
  'malware-result-ov': 'malicious suspicious benign unknown',
  // 10.13
  'malware-capabilities-ov':
    'accesses-remote-machines anti-debugging anti-disassembly anti-emulation anti-memory-forensics anti-sandbox anti-vm captures-input-peripherals captures-output-peripherals captures-system-state-data cleans-traces-of-infection commits-fraud communicates-with-c2 compromises-data-availability compromises-data-integrity compromises-system-availability controls-local-machine degrades-security-software degrades-system-updates determines-c2-server emails-spam escalates-privileges evades-av exfiltrates-data fingerprints-host hides-artifacts hides-executing-code infects-files infects-remote-machines installs-other-components persists-after-system-reboot prevents-artifact-access prevents-artifact-deletion probes-network-environment self-modifies steals-authentication-credentials violates-system-operational-integrity',
  // 10.15
  'malware-type-ov':
    'adware backdoor bot bootkit ddos downloader dropper exploit-kit keylogger ransomware remote-access-trojan resource-exploitation rogue-security-software rootkit screen-capture spyware trojan unknown virus webshell wiper worm',
  // 10.19
  'pattern-type-ov': 'stix pcre sigma snort suricata yara',
  // 10.20
  'processor-architecture-ov': 'alpha arm ia-64 mips powerpc sparc x86 x86-64',
  // 10.21
  'region-ov':
    'africa eastern-africa middle-africa northern-africa southern-africa western-africa americas caribbean central-america latin-america-caribbean northern-america south-america asia central-asia eastern-asia southern-asia south-eastern-asia western-asia europe eastern-europe northern-europe southern-europe western-europe oceania antarctica australia-new-zealand melanesia micronesia polynesia',
  // 10.22
  'report-type-ov':
    'attack-pattern campaign identity incident indicator intrusion-set malware observed-data threat-actor threat-report tool vulnerability',
  // 10.23
  'threat-actor-type-ov':
    'activist competitor crime-syndicate criminal hacker insider-accidental insider-disgruntled nation-state private-sector sensationalist spy terrorist unknown',
  // 10.24
  'threat-actor-role-ov':
    'agent director independent infrastructure-architect infrastructure-operator malware-author sponsor',
  // 10.25
  'threat-actor-sophistication-ov': 'none minimal intermediate advanced expert innovator strategic',
  // 10.26
  'tool-type-ov':
    'denial-of-service exploitation information-gathering network-capture credential-exploitation remote-access vulnerability-scanning unknown',
  // 10.28
  'windows-pebinary-type-ov': 'dll exe sys',
} as const;

export type VocabularyName = keyof typeof OPEN_VOCABULARIES;

/** 10.4 */
export const ENCRYPTION_ALGORITHM = [
  'AES-256-GCM',
  'ChaCha20-Poly1305',
  'mime-type-indicated',
] as const;
/** 10.16 */
export const SOCKET_ADDRESS_FAMILY = [
  'AF_UNSPEC',
  'AF_INET',
  'AF_IPX',
  'AF_APPLETALK',
  'AF_NETBIOS',
  'AF_INET6',
  'AF_IRDA',
  'AF_BTH',
] as const;
/** 10.17 */
export const SOCKET_TYPE = [
  'SOCK_STREAM',
  'SOCK_DGRAM',
  'SOCK_RAW',
  'SOCK_RDM',
  'SOCK_SEQPACKET',
] as const;
/** 10.18 */
export const OPINION = [
  'strongly-disagree',
  'disagree',
  'neutral',
  'agree',
  'strongly-agree',
] as const;
/** 10.27 */
export const INTEGRITY_LEVEL = ['low', 'medium', 'high', 'system'] as const;
/** 10.29 */
export const REGISTRY_DATATYPE = [
  'REG_NONE',
  'REG_SZ',
  'REG_EXPAND_SZ',
  'REG_BINARY',
  'REG_DWORD',
  'REG_DWORD_BIG_ENDIAN',
  'REG_DWORD_LITTLE_ENDIAN',
  'REG_LINK',
  'REG_MULTI_SZ',
  'REG_RESOURCE_LIST',
  'REG_FULL_RESOURCE_DESCRIPTION',
  'REG_RESOURCE_REQUIREMENTS_LIST',
  'REG_QWORD',
  'REG_INVALID_TYPE',
] as const;
/** 10.30 */
export const SERVICE_START_TYPE = [
  'SERVICE_AUTO_START',
  'SERVICE_BOOT_START',
  'SERVICE_DEMAND_START',
  'SERVICE_DISABLED',
  'SERVICE_SYSTEM_ALERT',
] as const;
/** 10.31 */
export const SERVICE_TYPE = [
  'SERVICE_KERNEL_DRIVER',
  'SERVICE_FILE_SYSTEM_DRIVER',
  'SERVICE_WIN32_OWN_PROCESS',
  'SERVICE_WIN32_SHARE_PROCESS',
] as const;
/** 10.32 */
export const SERVICE_STATUS = [
  'SERVICE_CONTINUE_PENDING',
  'SERVICE_PAUSE_PENDING',
  'SERVICE_PAUSED',
  'SERVICE_RUNNING',
  'SERVICE_START_PENDING',
  'SERVICE_STOP_PENDING',
  'SERVICE_STOPPED',
] as const;
/** 10.5: the ways in which an extension definition extends. */
export const EXTENSION_TYPES = [
  'new-sdo',
  'new-sco',
  'new-sro',
  'property-extension',
  'toplevel-property-extension',
] as const;
