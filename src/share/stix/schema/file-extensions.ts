/** The predefined extensions of a file (STIX 2.1, sections 6.7.2 to 6.7.6). */
import {
  boolean,
  dictionary,
  float,
  hashes,
  hex,
  integer,
  json,
  list,
  object,
  optional,
  ref,
  required,
  string,
  table,
  timestamp,
  vocabulary,
} from './kind.ts';

const ONE_OF_ITS_OWN = [{ rule: 'at-least-one-of-table' }] as const;
const whole = optional(integer());
const count = optional(integer(0));

const ALTERNATE_DATA_STREAM = table('6.7.3.2', {
  name: required(string),
  hashes: optional(hashes),
  size: count,
});

const PE_OPTIONAL_HEADER = table(
  '6.7.6.2',
  {
    magic_hex: optional(hex),
    major_linker_version: whole,
    minor_linker_version: whole,
    size_of_code: count,
    size_of_initialized_data: count,
    size_of_uninitialized_data: count,
    address_of_entry_point: whole,
    base_of_code: whole,
    base_of_data: whole,
    image_base: whole,
    section_alignment: whole,
    file_alignment: whole,
    major_os_version: whole,
    minor_os_version: whole,
    major_image_version: whole,
    minor_image_version: whole,
    major_subsystem_version: whole,
    minor_subsystem_version: whole,
    win32_version_value_hex: optional(hex),
    size_of_image: count,
    size_of_headers: count,
    checksum_hex: optional(hex),
    subsystem_hex: optional(hex),
    dll_characteristics_hex: optional(hex),
    size_of_stack_reserve: count,
    size_of_stack_commit: count,
    size_of_heap_reserve: count,
    size_of_heap_commit: count,
    loader_flags_hex: optional(hex),
    number_of_rva_and_sizes: whole,
    hashes: optional(hashes),
  },
  ONE_OF_ITS_OWN,
);

const PE_SECTION = table('6.7.6.3', {
  name: required(string),
  size: count,
  entropy: optional(float()),
  hashes: optional(hashes),
});

export const FILE_EXTENSIONS = {
  'archive-ext': table('6.7.2', {
    contains_refs: required(list(ref('file', 'directory'))),
    comment: optional(string),
  }),
  'ntfs-ext': table(
    '6.7.3',
    {
      sid: optional(string),
      alternate_data_streams: optional(list(object(ALTERNATE_DATA_STREAM))),
    },
    ONE_OF_ITS_OWN,
  ),
  'pdf-ext': table(
    '6.7.4',
    {
      version: optional(string),
      is_optimized: optional(boolean),
      document_info_dict: optional(dictionary(string)),
      pdfid0: optional(string),
      pdfid1: optional(string),
    },
    ONE_OF_ITS_OWN,
  ),
  'raster-image-ext': table(
    '6.7.5',
    {
      image_height: whole,
      image_width: whole,
      bits_per_pixel: whole,
      exif_tags: optional(dictionary(json)),
    },
    ONE_OF_ITS_OWN,
  ),
  'windows-pebinary-ext': table(
    '6.7.6',
    {
      pe_type: required(vocabulary('windows-pebinary-type-ov')),
      imphash: optional(string),
      machine_hex: optional(hex),
      number_of_sections: count,
      time_date_stamp: optional(timestamp),
      pointer_to_symbol_table_hex: optional(hex),
      number_of_symbols: count,
      size_of_optional_header: count,
      characteristics_hex: optional(hex),
      file_header_hashes: optional(hashes),
      optional_header: optional(object(PE_OPTIONAL_HEADER)),
      sections: optional(list(object(PE_SECTION))),
    },
    [
      // 6.7.6: at least one property beside pe_type.
      {
        rule: 'at-least-one',
        of: [
          'imphash',
          'machine_hex',
          'number_of_sections',
          'time_date_stamp',
          'pointer_to_symbol_table_hex',
          'number_of_symbols',
          'size_of_optional_header',
          'characteristics_hex',
          'file_header_hashes',
          'optional_header',
          'sections',
        ],
      },
    ],
  ),
} as const;
