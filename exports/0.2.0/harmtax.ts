// Written by schema/build.py from schema/; do not edit. Licence: CC BY 4.0.

export const VERSION = "0.2.0";

/** Status of the incident */
export type IncidentStatus =
  | "pending"
  | "actioned"
  | "violation_not_actioned"
  | "no_violation";

/** Benign context */
export type BenignContext =
  | "public_education"
  | "news_reporting"
  | "satire_or_parody"
  | "art"
  | "research_or_safety_testing"
  | "consented"
  | "other";

/** Category */
export type CategoryCode =
  | "CSE-COE"
  | "CSE-IDM"
  | "CSE-NIM"
  | "CSE-SVC"
  | "CSE"
  | "IIA-EXT"
  | "IIA-NUD"
  | "IIA-DFK"
  | "IIA-SVC"
  | "IIA"
  | "TVE"
  | "VIO-INC"
  | "VIO-GOR"
  | "VIO"
  | "SHE-SUI"
  | "SHE-INJ"
  | "SHE-EAT"
  | "SHE"
  | "FRD-END"
  | "FRD-PER"
  | "FRD-IDV"
  | "FRD-GDS"
  | "FRD"
  | "HAT"
  | "HAR"
  | "PRV-EXP"
  | "PRV-BIO"
  | "PRV"
  | "ASX-EXP"
  | "ASX-SUG"
  | "ASX"
  | "CIV-ELE"
  | "CIV-EVT"
  | "CIV"
  | "LIK-IMP"
  | "LIK-COM"
  | "LIK-FAB"
  | "LIK-ORG"
  | "LIK"
  | "IPR"
  | "DIS-REM"
  | "DIS-ABS"
  | "DIS"
  | "OTH"
  | "UNS";

/** Type of content */
export type ContentType =
  | "image"
  | "video"
  | "audio"
  | "text"
  | "product"
  | "app"
  | "other";

/** Surface */
export type Surface =
  | "feed"
  | "stories"
  | "video_in_stream"
  | "audio_in_stream"
  | "live"
  | "search"
  | "messaging"
  | "generator_output"
  | "other"
  | "unknown";

/** Generation */
export type Generation =
  | "fully_generated"
  | "ai_edited"
  | "composite"
  | "synthetic_unspecified"
  | "non_ai_synthetic"
  | "not_synthetic"
  | "unknown";

/** Digital source type */
export type DigitalSourceType =
  | "digitalCapture"
  | "computationalCapture"
  | "negativeFilm"
  | "positiveFilm"
  | "print"
  | "minorHumanEdits"
  | "humanEdits"
  | "compositeWithTrainedAlgorithmicMedia"
  | "algorithmicallyEnhanced"
  | "softwareImage"
  | "digitalArt"
  | "digitalCreation"
  | "dataDrivenMedia"
  | "trainedAlgorithmicMedia"
  | "algorithmicMedia"
  | "screenCapture"
  | "virtualRecording"
  | "composite"
  | "compositeCapture"
  | "compositeSynthetic"
  | "empty"
  | "trainedAlgorithmicData";

/** Basis of the finding */
export type SyntheticBasis =
  | "c2pa_signed"
  | "iptc_declared"
  | "watermark"
  | "uploader_disclosure"
  | "classifier"
  | "human_review"
  | "source_declaration"
  | "none";

/** Label on the item */
export type Label =
  | "visible_label"
  | "metadata_only"
  | "absent"
  | "removed"
  | "unknown";

/** Age group depicted */
export type DepictedAgeGroup =
  | "adult"
  | "minor"
  | "unknown"
  | "none";

/** Yes, no or unknown */
export type YesNoUnknown =
  | "yes"
  | "no"
  | "unknown";

/** Consent of the depicted */
export type DepictedConsent =
  | "given"
  | "denied"
  | "unknown"
  | "not_applicable";

/** Role of the depicted */
export type DepictedRole =
  | "private_person"
  | "public_figure"
  | "none"
  | "unknown";

/** Targeted group */
export type TargetedGroup =
  | "none"
  | "children"
  | "girls"
  | "women"
  | "older_people"
  | "disabled_people"
  | "other_protected_characteristic"
  | "officials_or_candidates"
  | "journalists_or_defenders"
  | "performers_models_creators"
  | "unknown";

/** Treatment */
export type Treatment =
  | "promoting_or_gratuitous"
  | "dramatised"
  | "breaking_news_or_opinion"
  | "educational_scientific_or_news_feature"
  | "unknown";

/** Source */
export type SourceType =
  | "own_initiative"
  | "article_16_notice"
  | "trusted_flagger_notice"
  | "authority_order"
  | "statutory_removal_request"
  | "other_notification";

/** Matching programme */
export type MatchedProgramme =
  | "none"
  | "stopncii"
  | "ncmec_take_it_down"
  | "iwf"
  | "lantern"
  | "other"
  | "unknown";

/** Automation */
export type AutomatedDecision =
  | "fully_automated"
  | "partially_automated"
  | "not_automated";

/** Ground */
export type DecisionGround =
  | "illegal_content"
  | "incompatible_content";

/** Visibility restriction */
export type DecisionVisibility =
  | "removed"
  | "disabled"
  | "demoted"
  | "age_restricted"
  | "interaction_restricted"
  | "labelled"
  | "other";

/** Monetary restriction */
export type DecisionMonetary =
  | "suspension"
  | "termination"
  | "other";

/** Service restriction */
export type DecisionProvision =
  | "partial_suspension"
  | "total_suspension"
  | "partial_termination"
  | "total_termination";

/** Account restriction */
export type DecisionAccount =
  | "suspended"
  | "terminated";

/** Country */
export type CountryCode =
  | "AD"
  | "AE"
  | "AF"
  | "AG"
  | "AI"
  | "AL"
  | "AM"
  | "AO"
  | "AQ"
  | "AR"
  | "AS"
  | "AT"
  | "AU"
  | "AW"
  | "AX"
  | "AZ"
  | "BA"
  | "BB"
  | "BD"
  | "BE"
  | "BF"
  | "BG"
  | "BH"
  | "BI"
  | "BJ"
  | "BL"
  | "BM"
  | "BN"
  | "BO"
  | "BQ"
  | "BR"
  | "BS"
  | "BT"
  | "BV"
  | "BW"
  | "BY"
  | "BZ"
  | "CA"
  | "CC"
  | "CD"
  | "CF"
  | "CG"
  | "CH"
  | "CI"
  | "CK"
  | "CL"
  | "CM"
  | "CN"
  | "CO"
  | "CR"
  | "CU"
  | "CV"
  | "CW"
  | "CX"
  | "CY"
  | "CZ"
  | "DE"
  | "DJ"
  | "DK"
  | "DM"
  | "DO"
  | "DZ"
  | "EC"
  | "EE"
  | "EG"
  | "EH"
  | "ER"
  | "ES"
  | "ET"
  | "FI"
  | "FJ"
  | "FK"
  | "FM"
  | "FO"
  | "FR"
  | "GA"
  | "GB"
  | "GD"
  | "GE"
  | "GF"
  | "GG"
  | "GH"
  | "GI"
  | "GL"
  | "GM"
  | "GN"
  | "GP"
  | "GQ"
  | "GR"
  | "GS"
  | "GT"
  | "GU"
  | "GW"
  | "GY"
  | "HK"
  | "HM"
  | "HN"
  | "HR"
  | "HT"
  | "HU"
  | "ID"
  | "IE"
  | "IL"
  | "IM"
  | "IN"
  | "IO"
  | "IQ"
  | "IR"
  | "IS"
  | "IT"
  | "JE"
  | "JM"
  | "JO"
  | "JP"
  | "KE"
  | "KG"
  | "KH"
  | "KI"
  | "KM"
  | "KN"
  | "KP"
  | "KR"
  | "KW"
  | "KY"
  | "KZ"
  | "LA"
  | "LB"
  | "LC"
  | "LI"
  | "LK"
  | "LR"
  | "LS"
  | "LT"
  | "LU"
  | "LV"
  | "LY"
  | "MA"
  | "MC"
  | "MD"
  | "ME"
  | "MF"
  | "MG"
  | "MH"
  | "MK"
  | "ML"
  | "MM"
  | "MN"
  | "MO"
  | "MP"
  | "MQ"
  | "MR"
  | "MS"
  | "MT"
  | "MU"
  | "MV"
  | "MW"
  | "MX"
  | "MY"
  | "MZ"
  | "NA"
  | "NC"
  | "NE"
  | "NF"
  | "NG"
  | "NI"
  | "NL"
  | "NO"
  | "NP"
  | "NR"
  | "NU"
  | "NZ"
  | "OM"
  | "PA"
  | "PE"
  | "PF"
  | "PG"
  | "PH"
  | "PK"
  | "PL"
  | "PM"
  | "PN"
  | "PR"
  | "PS"
  | "PT"
  | "PW"
  | "PY"
  | "QA"
  | "RE"
  | "RO"
  | "RS"
  | "RU"
  | "RW"
  | "SA"
  | "SB"
  | "SC"
  | "SD"
  | "SE"
  | "SG"
  | "SH"
  | "SI"
  | "SJ"
  | "SK"
  | "SL"
  | "SM"
  | "SN"
  | "SO"
  | "SR"
  | "SS"
  | "ST"
  | "SV"
  | "SX"
  | "SY"
  | "SZ"
  | "TC"
  | "TD"
  | "TF"
  | "TG"
  | "TH"
  | "TJ"
  | "TK"
  | "TL"
  | "TM"
  | "TN"
  | "TO"
  | "TR"
  | "TT"
  | "TV"
  | "TW"
  | "TZ"
  | "UA"
  | "UG"
  | "UM"
  | "US"
  | "UY"
  | "UZ"
  | "VA"
  | "VC"
  | "VE"
  | "VG"
  | "VI"
  | "VN"
  | "VU"
  | "WF"
  | "WS"
  | "YE"
  | "YT"
  | "ZA"
  | "ZM"
  | "ZW";

/** Language */
export type LanguageCode =
  | "aa"
  | "ab"
  | "ae"
  | "af"
  | "ak"
  | "am"
  | "an"
  | "ar"
  | "as"
  | "av"
  | "ay"
  | "az"
  | "ba"
  | "be"
  | "bg"
  | "bh"
  | "bi"
  | "bm"
  | "bn"
  | "bo"
  | "br"
  | "bs"
  | "ca"
  | "ce"
  | "ch"
  | "co"
  | "cr"
  | "cs"
  | "cu"
  | "cv"
  | "cy"
  | "da"
  | "de"
  | "dv"
  | "dz"
  | "ee"
  | "el"
  | "en"
  | "eo"
  | "es"
  | "et"
  | "eu"
  | "fa"
  | "ff"
  | "fi"
  | "fj"
  | "fo"
  | "fr"
  | "fy"
  | "ga"
  | "gd"
  | "gl"
  | "gn"
  | "gu"
  | "gv"
  | "ha"
  | "he"
  | "hi"
  | "ho"
  | "hr"
  | "ht"
  | "hu"
  | "hy"
  | "hz"
  | "ia"
  | "id"
  | "ie"
  | "ig"
  | "ii"
  | "ik"
  | "io"
  | "is"
  | "it"
  | "iu"
  | "ja"
  | "jv"
  | "ka"
  | "kg"
  | "ki"
  | "kj"
  | "kk"
  | "kl"
  | "km"
  | "kn"
  | "ko"
  | "kr"
  | "ks"
  | "ku"
  | "kv"
  | "kw"
  | "ky"
  | "la"
  | "lb"
  | "lg"
  | "li"
  | "ln"
  | "lo"
  | "lt"
  | "lu"
  | "lv"
  | "mg"
  | "mh"
  | "mi"
  | "mk"
  | "ml"
  | "mn"
  | "mr"
  | "ms"
  | "mt"
  | "my"
  | "na"
  | "nb"
  | "nd"
  | "ne"
  | "ng"
  | "nl"
  | "nn"
  | "no"
  | "nr"
  | "nv"
  | "ny"
  | "oc"
  | "oj"
  | "om"
  | "or"
  | "os"
  | "pa"
  | "pi"
  | "pl"
  | "ps"
  | "pt"
  | "qu"
  | "rm"
  | "rn"
  | "ro"
  | "ru"
  | "rw"
  | "sa"
  | "sc"
  | "sd"
  | "se"
  | "sg"
  | "si"
  | "sk"
  | "sl"
  | "sm"
  | "sn"
  | "so"
  | "sq"
  | "sr"
  | "ss"
  | "st"
  | "su"
  | "sv"
  | "sw"
  | "ta"
  | "te"
  | "tg"
  | "th"
  | "ti"
  | "tk"
  | "tl"
  | "tn"
  | "to"
  | "tr"
  | "ts"
  | "tt"
  | "tw"
  | "ty"
  | "ug"
  | "uk"
  | "ur"
  | "uz"
  | "ve"
  | "vi"
  | "vo"
  | "wa"
  | "wo"
  | "xh"
  | "yi"
  | "yo"
  | "za"
  | "zh"
  | "zu";

/** Reported to */
export type AuthorityReport =
  | "none"
  | "ncmec"
  | "inhope_hotline"
  | "police"
  | "data_protection_authority"
  | "other_authority"
  | "unknown";

/** Channel of the request */
export type RequestChannel =
  | "article_16_notice"
  | "trusted_flagger_notice"
  | "other_user_report"
  | "statutory_removal_request"
  | "data_protection_request"
  | "likeness_claim"
  | "hotline_referral"
  | "order_to_act"
  | "order_to_provide_information";

/** Role of the requester */
export type RequesterRole =
  | "depicted_person"
  | "authorised_representative"
  | "parent_or_guardian"
  | "authority"
  | "trusted_flagger"
  | "hotline"
  | "rights_holder"
  | "third_party"
  | "unknown";

/** Validity of the request */
export type Validity =
  | "valid"
  | "incomplete"
  | "invalid"
  | "under_review";

/** Outcome of the request */
export type RequestOutcome =
  | "pending"
  | "actioned_fully"
  | "actioned_partly"
  | "no_violation"
  | "already_removed"
  | "invalid"
  | "duplicate"
  | "withdrawn"
  | "information_provided"
  | "refused";

/** Clock */
export type ClockRegime =
  | "none"
  | "us_take_it_down"
  | "au_removal_notice"
  | "eu_terrorist_content_order"
  | "other_statutory";

/** Forum of the appeal */
export type AppealForum =
  | "internal_complaint"
  | "out_of_court_settlement"
  | "court";

/** Appealed decision */
export type AppealedDecision =
  | "visibility"
  | "monetary"
  | "provision"
  | "account"
  | "no_action_article_16"
  | "no_action_trusted_flagger";

/** Outcome of the appeal */
export type AppealOutcome =
  | "pending"
  | "decision_upheld"
  | "decision_partially_reversed"
  | "decision_reversed"
  | "decision_omitted";

/** Scope of the exposure */
export type ExposureScope =
  | "all"
  | "own_initiative"
  | "notices"
  | "trusted_flagger_notices";

/** Measure */
export type Measure =
  | "views_total"
  | "views_violating"
  | "views_sampled"
  | "views_sampled_violating"
  | "ad_impressions_total"
  | "ad_impressions_violating"
  | "synthetic_items_published"
  | "synthetic_items_labelled"
  | "generations_requested"
  | "generations_blocked"
  | "suspensions_illegal_content"
  | "suspensions_unfounded_notices"
  | "suspensions_unfounded_complaints"
  | "automation_true_positive"
  | "automation_false_positive"
  | "automation_true_negative"
  | "automation_false_negative";

/** Method */
export type ExposureMethod =
  | "census"
  | "sample";

/** Capability */
export type Capability =
  | "text_to_image"
  | "image_edit"
  | "text_to_video"
  | "image_to_video"
  | "face_or_body_replacement"
  | "voice_cloning"
  | "other";

/** Policy */
export type ContentPolicy =
  | "prohibited"
  | "restricted"
  | "allowed"
  | "not_stated";

/** Safeguard */
export type Safeguard =
  | "prompt_filter"
  | "input_image_check"
  | "output_filter"
  | "likeness_consent_check"
  | "hash_matching"
  | "training_data_screening"
  | "rate_limit"
  | "account_verification"
  | "abuse_monitoring"
  | "red_team_testing"
  | "provenance_metadata"
  | "watermark"
  | "visible_label"
  | "none"
  | "not_stated";

/** Measure on personal data */
export type PersonalDataMeasure =
  | "lawful_basis_published"
  | "impact_assessment"
  | "training_opt_out"
  | "input_deletion"
  | "no_training_on_inputs"
  | "none"
  | "not_stated";

/** Protection of children */
export type ChildProtection =
  | "age_assurance"
  | "minors_excluded"
  | "restricted_minor_account"
  | "guardian_tools"
  | "age_appropriate_information"
  | "none"
  | "not_stated";

/** Channel for removal */
export type RemovalChannel =
  | "in_product"
  | "web_form"
  | "email"
  | "post"
  | "none";

/** Assurance */
export type Assurance =
  | "self_declared"
  | "independently_audited"
  | "regulator_verified";

/** Type of regulatory action */
export type RegulatoryActionType =
  | "notice"
  | "information_request"
  | "warning"
  | "order"
  | "temporary_restriction"
  | "block"
  | "fine"
  | "undertaking"
  | "lift_conditional"
  | "lift"
  | "closed_without_action";

/** Type of service */
export type ServiceType =
  | "intermediary"
  | "hosting"
  | "online_platform"
  | "vlop"
  | "vlose"
  | "generator"
  | "other";

/** Kind of metric */
export type MetricKind =
  | "count"
  | "ratio"
  | "median"
  | "sum";

/** Suitability tier */
export type Tier =
  | "floor"
  | "high"
  | "medium"
  | "low";

/** Views before the action */
export type ViewsBin =
  | "views_0"
  | "views_1_9"
  | "views_10_99"
  | "views_100_999"
  | "views_1000_9999"
  | "views_10000_up";

/** Duration */
export type DurationBin =
  | "within_1h"
  | "within_2h"
  | "within_4h"
  | "within_8h"
  | "within_12h"
  | "within_24h"
  | "within_36h"
  | "within_48h"
  | "within_72h"
  | "within_7d"
  | "within_14d"
  | "within_30d"
  | "within_90d"
  | "over_90d";

/** Status of an observation */
export type ObservationStatus =
  | "normal"
  | "not_applicable"
  | "suppressed"
  | "missing_denominator"
  | "partly_covered"
  | "not_comparable";

/** One platform's assessment of one item on one service. It states the category of harm, how the imagery came about, who is depicted in the coarsest useful terms, how the case was found and what the platform did. */
export interface Incident {
  /** The version of the harmtax standard that the record was written in. Audience: public. */
  readonly harmtax_version: string;
  /** Who files the record. Audience: public. */
  readonly reporter_id: string;
  /** The service that the record is about; for a regulatory action its addressee. Audience: public. */
  readonly service_id: string;
  /** Counts the corrections of one record from 1; the highest revision wins. Audience: shared. */
  readonly revision: number;
  /** Why an earlier revision was corrected. Audience: shared. */
  readonly revision_reason?: string;
  /** The platform's own identifier of the incident; the DSA calls it puid. Audience: shared. */
  readonly incident_id: string;
  /** Where the assessment stands and what came of it. Audience: public. */
  readonly incident_status: IncidentStatus;
  /** Why imagery that was reported is not harmful, such as education or satire. Audience: public. */
  readonly benign_context?: BenignContext;
  /** The one category of harm, found by walking down the list in its order of precedence. Audience: public. */
  readonly category: CategoryCode;
  /** Further categories outside the branch of the main one; metrics count the main one only. Audience: public. */
  readonly category_additional?: readonly CategoryCode[];
  /** What the harm is when no category fits. Audience: restricted. */
  readonly category_other_text?: string;
  /** What the item consists of. Audience: public. */
  readonly content_type: readonly ContentType[];
  /** What the item is when no type of content fits. Audience: restricted. */
  readonly content_type_other?: string;
  /** Where on the service the item appeared. Audience: public. */
  readonly surface?: Surface;
  /** How the imagery came about, as found by the platform. Audience: public. */
  readonly generation: Generation;
  /** What the file declares about its own origin; kept as declared, even where it is wrong. Audience: shared. */
  readonly digital_source_type?: DigitalSourceType;
  /** What the statement that the imagery is synthetic rests on. Audience: public. */
  readonly synthetic_basis?: readonly SyntheticBasis[];
  /** Whether viewers could see that the imagery is synthetic. Audience: public. */
  readonly label: Label;
  /** The service that made the imagery, where it is known. Audience: shared. */
  readonly generating_service_id?: string;
  /** The youngest person who is depicted or is said to be. Audience: public. */
  readonly depicted_age_group: DepictedAgeGroup;
  /** Whether any depicted person can be identified by face, body mark, voice or context. Audience: public. */
  readonly depicted_identifiable: YesNoUnknown;
  /** Affirmative consent to this depiction and to this publication; one refusal decides. Audience: public. */
  readonly depicted_consent: DepictedConsent;
  /** Whether the depicted person is a private person or a public figure. Audience: public. */
  readonly depicted_role?: DepictedRole;
  /** Groups that the harm is aimed at, whoever is depicted. Audience: public. */
  readonly targeted_group?: readonly TargetedGroup[];
  /** How the subject is treated; together with the category it gives the suitability tier. Audience: public. */
  readonly treatment: Treatment;
  /** What made the platform look at the item. Audience: public. */
  readonly source_type: SourceType;
  /** The earliest removal request that led to the assessment. Audience: shared. */
  readonly request_id?: string;
  /** The sharing programme whose signal matched; never the signal itself. Audience: public. */
  readonly matched_programme?: MatchedProgramme;
  /** Whether the item was found by automated means. Audience: public. */
  readonly automated_detection: YesNoUnknown;
  /** How far the decision was taken by automated means. Audience: public. */
  readonly automated_decision?: AutomatedDecision;
  /** Whether the action rests on law or on the terms and conditions. Audience: public. */
  readonly decision_ground?: DecisionGround;
  /** Whether content that breaks the terms and conditions is held to be illegal too. Audience: public. */
  readonly incompatible_content_illegal?: YesNoUnknown;
  /** The law or the clause of the terms that the decision rests on. Audience: shared. */
  readonly ground_reference?: string;
  /** Why the law or clause applies; used for DSA statements only. Audience: restricted. */
  readonly ground_explanation?: string;
  /** Facts and circumstances relied on; used for DSA statements only. Audience: restricted. */
  readonly decision_facts?: string;
  /** How the visibility of the item was restricted. Audience: public. */
  readonly decision_visibility?: readonly DecisionVisibility[];
  /** The visibility restriction that no code names. Audience: restricted. */
  readonly decision_visibility_other?: string;
  /** How payments were restricted. Audience: public. */
  readonly decision_monetary?: DecisionMonetary;
  /** The monetary restriction that no code names. Audience: restricted. */
  readonly decision_monetary_other?: string;
  /** How the provision of the service was restricted. Audience: public. */
  readonly decision_provision?: DecisionProvision;
  /** How the account was restricted. Audience: public. */
  readonly decision_account?: DecisionAccount;
  /** The day on which the visibility restriction ends; absent means no end is set. Audience: shared. */
  readonly end_date_visibility_restriction?: string;
  /** The day on which the monetary restriction ends; absent means no end is set. Audience: shared. */
  readonly end_date_monetary_restriction?: string;
  /** The day on which the restriction of the service ends; absent means no end is set. Audience: shared. */
  readonly end_date_service_restriction?: string;
  /** The day on which the account restriction ends; absent means no end is set. Audience: shared. */
  readonly end_date_account_restriction?: string;
  /** The day on which the item was put on the service. Audience: shared. */
  readonly content_date: string;
  /** When the restriction was imposed. Audience: shared. */
  readonly actioned_at?: string;
  /** When the restriction was lifted again. Audience: shared. */
  readonly reinstated_at?: string;
  /** Countries in which the restriction applies. Audience: public. */
  readonly territorial_scope?: readonly CountryCode[];
  /** Main language of the item. Audience: public. */
  readonly content_language?: LanguageCode;
  /** How often the item was viewed before the action. Audience: shared. */
  readonly views_before_action?: number;
  /** Bodies that the incident was reported to. Audience: public. */
  readonly authority_report?: readonly AuthorityReport[];
}

/** A demand from outside about one or more items. The clock starts when the request is valid, or on receipt where the law says so, and stops when the answer takes effect. */
export interface RemovalRequest {
  /** The version of the harmtax standard that the record was written in. Audience: public. */
  readonly harmtax_version: string;
  /** Who files the record. Audience: public. */
  readonly reporter_id: string;
  /** The service that the record is about; for a regulatory action its addressee. Audience: public. */
  readonly service_id: string;
  /** Counts the corrections of one record from 1; the highest revision wins. Audience: shared. */
  readonly revision: number;
  /** Why an earlier revision was corrected. Audience: shared. */
  readonly revision_reason?: string;
  /** The platform's own identifier of the request. Audience: shared. */
  readonly request_id: string;
  /** The way in which the request arrived. Audience: public. */
  readonly request_channel: RequestChannel;
  /** In what role the request was made. Audience: public. */
  readonly requester_role: RequesterRole;
  /** The category of harm that the request alleges. Audience: public. */
  readonly category: CategoryCode;
  /** The country whose authority issued the order. Audience: public. */
  readonly issuing_country?: CountryCode;
  /** How many specific items the request names. Audience: public. */
  readonly item_count: number;
  /** How many of the named items were actioned. Audience: public. */
  readonly items_actioned_count?: number;
  /** How many known identical copies beyond the named items were actioned. Audience: public. */
  readonly copies_actioned_count?: number;
  /** Whether the request meets the formal conditions of its channel. Audience: public. */
  readonly validity: Validity;
  /** When the request arrived. Audience: shared. */
  readonly received_at: string;
  /** When the request met all formal conditions. Audience: shared. */
  readonly valid_at?: string;
  /** When receipt was confirmed to the requester. Audience: shared. */
  readonly acknowledged_at?: string;
  /** When the request was closed, whatever the outcome. Audience: shared. */
  readonly decided_at?: string;
  /** When the removal was complete or the information was given. Audience: shared. */
  readonly effected_at?: string;
  /** What came of the request. Audience: public. */
  readonly outcome: RequestOutcome;
  /** Whether the action rests on law or on the terms and conditions. Audience: public. */
  readonly action_ground?: DecisionGround;
  /** How far the request was processed by automated means. Audience: public. */
  readonly automated_processing: AutomatedDecision;
  /** The law that sets a deadline for the answer. Audience: public. */
  readonly clock_regime: ClockRegime;
  /** When the answer must have taken effect. Audience: shared. */
  readonly deadline_at?: string;
}

/** A complaint against a decision on an incident, or against the refusal to act on a request. */
export interface Appeal {
  /** The version of the harmtax standard that the record was written in. Audience: public. */
  readonly harmtax_version: string;
  /** Who files the record. Audience: public. */
  readonly reporter_id: string;
  /** The service that the record is about; for a regulatory action its addressee. Audience: public. */
  readonly service_id: string;
  /** Counts the corrections of one record from 1; the highest revision wins. Audience: shared. */
  readonly revision: number;
  /** Why an earlier revision was corrected. Audience: shared. */
  readonly revision_reason?: string;
  /** The platform's own identifier of the appeal. Audience: shared. */
  readonly appeal_id: string;
  /** The incident whose decision is appealed. Audience: shared. */
  readonly incident_id?: string;
  /** The request whose refusal is appealed. Audience: shared. */
  readonly request_id?: string;
  /** The category that the appealed decision stated. Audience: public. */
  readonly category: CategoryCode;
  /** Where the appeal was brought. Audience: public. */
  readonly appeal_forum: AppealForum;
  /** What the appeal is directed against. Audience: public. */
  readonly appealed_decision: readonly AppealedDecision[];
  /** When the appeal was brought. Audience: shared. */
  readonly submitted_at: string;
  /** When the appeal was decided. Audience: shared. */
  readonly decided_at?: string;
  /** What came of the appeal. Audience: public. */
  readonly outcome: AppealOutcome;
  /** Whether the appeal led to another restriction in place of the first. Audience: public. */
  readonly new_restriction_imposed?: YesNoUnknown;
  /** Whether the platform carried out the outcome of the settlement. Audience: public. */
  readonly outcome_implemented?: YesNoUnknown;
}

/** One measured quantity of one service in one period, such as views or ad impressions. It serves as the denominator of a rate or as the counter that an incident cannot give. */
export interface Exposure {
  /** The version of the harmtax standard that the record was written in. Audience: public. */
  readonly harmtax_version: string;
  /** Who files the record. Audience: public. */
  readonly reporter_id: string;
  /** The service that the record is about; for a regulatory action its addressee. Audience: public. */
  readonly service_id: string;
  /** Counts the corrections of one record from 1; the highest revision wins. Audience: shared. */
  readonly revision: number;
  /** Why an earlier revision was corrected. Audience: shared. */
  readonly revision_reason?: string;
  /** First day of the period. Audience: public. */
  readonly period_start: string;
  /** Last day of the period; it belongs to the period. Audience: public. */
  readonly period_end: string;
  /** The surface that the figure is about; absent means the whole service. Audience: public. */
  readonly surface?: Surface;
  /** The category that the figure is about, without what is stated for the categories below it; absent means all categories. Audience: public. */
  readonly category?: CategoryCode;
  /** The language that the figure is about; absent means all languages. Audience: public. */
  readonly content_language?: LanguageCode;
  /** The part of the work that an accuracy figure is about. Audience: public. */
  readonly scope?: ExposureScope;
  /** What was counted; the code list names the unit of each measure. Audience: public. */
  readonly measure: Measure;
  /** The number counted or, for a sample, estimated. Audience: public. */
  readonly value: number;
  /** Whether everything was counted or a sample was drawn. Audience: public. */
  readonly method: ExposureMethod;
  /** Lower bound of the 95 % interval of a sample. Audience: public. */
  readonly value_lower?: number;
  /** Upper bound of the 95 % interval of a sample. Audience: public. */
  readonly value_upper?: number;
}

/** What the provider of a generating service declares about its safeguards, limits and channels. */
export interface SystemStatement {
  /** The version of the harmtax standard that the record was written in. Audience: public. */
  readonly harmtax_version: string;
  /** Who files the record. Audience: public. */
  readonly reporter_id: string;
  /** The service that the record is about; for a regulatory action its addressee. Audience: public. */
  readonly service_id: string;
  /** Counts the corrections of one record from 1; the highest revision wins. Audience: shared. */
  readonly revision: number;
  /** Why an earlier revision was corrected. Audience: shared. */
  readonly revision_reason?: string;
  /** The provider's own identifier of the statement. Audience: public. */
  readonly statement_id: string;
  /** Who provides the service. Audience: public. */
  readonly provider_id: string;
  /** First day on which the statement holds. Audience: public. */
  readonly valid_from: string;
  /** Last day on which the statement holds; absent means that it still holds. Audience: public. */
  readonly valid_to?: string;
  /** What the service can generate or alter. Audience: public. */
  readonly capability: readonly Capability[];
  /** Whether real people may be depicted. Audience: public. */
  readonly real_person_policy: ContentPolicy;
  /** Whether sexual content may be generated. Audience: public. */
  readonly sexual_content_policy: ContentPolicy;
  /** Whether minors may be depicted. Audience: public. */
  readonly minor_depiction_policy: ContentPolicy;
  /** Safeguards against misuse that are in operation. Audience: public. */
  readonly safeguard: readonly Safeguard[];
  /** Measures that protect personal data in training and use. Audience: public. */
  readonly personal_data_measure: readonly PersonalDataMeasure[];
  /** Measures that protect children in particular. Audience: public. */
  readonly child_protection: readonly ChildProtection[];
  /** Whether the provider has published what the service can do. Audience: public. */
  readonly capabilities_published: YesNoUnknown;
  /** Whether the provider has published the safeguards and limits of the service. Audience: public. */
  readonly limitations_published: YesNoUnknown;
  /** Whether the provider has published which uses are acceptable. Audience: public. */
  readonly acceptable_use_published: YesNoUnknown;
  /** Whether the provider has published what follows on misuse. Audience: public. */
  readonly misuse_consequences_published: YesNoUnknown;
  /** How a person can ask for removal. Audience: public. */
  readonly removal_channel: readonly RemovalChannel[];
  /** Whether a person without an account can ask for removal. Audience: public. */
  readonly removal_without_account: YesNoUnknown;
  /** Who checked the statement. Audience: public. */
  readonly assurance: Assurance;
  /** The provider's public page that holds the statement. Audience: public. */
  readonly statement_url?: string;
}

/** What an authority did about a service; not whether it was right. */
export interface RegulatoryAction {
  /** The version of the harmtax standard that the record was written in. Audience: public. */
  readonly harmtax_version: string;
  /** Who files the record. Audience: public. */
  readonly reporter_id: string;
  /** The service that the record is about; for a regulatory action its addressee. Audience: public. */
  readonly service_id: string;
  /** Counts the corrections of one record from 1; the highest revision wins. Audience: shared. */
  readonly revision: number;
  /** Why an earlier revision was corrected. Audience: shared. */
  readonly revision_reason?: string;
  /** The reporter's own identifier of the action. Audience: public. */
  readonly action_id: string;
  /** Who acted. Audience: public. */
  readonly authority_id: string;
  /** The country under whose law the authority acted. Audience: public. */
  readonly jurisdiction: CountryCode;
  /** What the authority did. Audience: public. */
  readonly action_type: RegulatoryActionType;
  /** Categories of harm that the action names. Audience: public. */
  readonly categories?: readonly CategoryCode[];
  /** The law that the authority cites. Audience: public. */
  readonly legal_basis?: string;
  /** The day on which the action was made public. Audience: public. */
  readonly announced_on: string;
  /** First day on which the action has effect. Audience: public. */
  readonly effective_from?: string;
  /** Last day on which the action has effect. Audience: public. */
  readonly effective_to?: string;
  /** The earlier action that this one lifts or closes. Audience: public. */
  readonly follows_action_id?: string;
  /** The authority's public page about the action. Audience: public. */
  readonly source_url?: string;
}

/** The header of what one reporter files for one service and period; it says at which moment all clocks are read. */
export interface Submission {
  /** The version of the harmtax standard that the submission was written in. Audience: public. */
  readonly harmtax_version: string;
  /** Who files the submission. Audience: public. */
  readonly reporter_id: string;
  /** The service that the submission is about. Audience: public. */
  readonly service_id: string;
  /** The kind of service under the DSA, or a generating service. Audience: public. */
  readonly service_type: ServiceType;
  /** First day of the period. Audience: public. */
  readonly period_start: string;
  /** Last day of the period; it belongs to the period. Audience: public. */
  readonly period_end: string;
  /** The moment at which unanswered requests are held against their deadlines. Audience: public. */
  readonly as_of: string;
  /** Counts the corrections of the submission from 1; the highest revision wins. Audience: public. */
  readonly revision: number;
  /** Why an earlier revision of the submission was corrected. Audience: public. */
  readonly revision_reason?: string;
}

/** The definition of a figure. The metrics themselves stand in metrics.yaml in the notation of the rules. */
export interface Metric {
  /** Stable identifier of the metric. Audience: public. */
  readonly metric_id: string;
  /** The metric in a few words. Audience: public. */
  readonly title: string;
  /** What is counted, and over what. Audience: public. */
  readonly definition: string;
  /** Whether the figure is a count, a sum, a ratio or a median. Audience: public. */
  readonly metric_kind: MetricKind;
  /** What one of the counted things is. Audience: public. */
  readonly unit: string;
  /** Whether figures of several reporters may be added up. Audience: public. */
  readonly mergeable: YesNoUnknown;
  /** The standard or law that asks for the figure, with its clause. Audience: public. */
  readonly source: string;
}

/** One number of one metric for one period and one combination of dimensions. It holds whole numbers, never a ratio. An absent dimension means that the number is not broken down by it. */
export interface Observation {
  /** The version of the harmtax standard that defines metric and codes. Audience: public. */
  readonly harmtax_version: string;
  /** The metric that the number belongs to. Audience: public. */
  readonly metric_id: string;
  /** The period that the number belongs to. Audience: public. */
  readonly period: string;
  /** Who reports. Audience: public. */
  readonly reporter_id?: string;
  /** The service that is reported on. Audience: public. */
  readonly service_id?: string;
  /** The category, with everything below it. Audience: public. */
  readonly category?: CategoryCode;
  /** The tier computed from category and treatment. Audience: public. */
  readonly tier?: Tier;
  /** How the imagery came about. Audience: public. */
  readonly generation?: Generation;
  /** Where the item appeared. Audience: public. */
  readonly surface?: Surface;
  /** Whether viewers could see that the imagery is synthetic. Audience: public. */
  readonly label?: Label;
  /** What made the platform look. Audience: public. */
  readonly source_type?: SourceType;
  /** Whether the item was found by automated means. Audience: public. */
  readonly automated_detection?: YesNoUnknown;
  /** Law, or terms and conditions. Audience: public. */
  readonly decision_ground?: DecisionGround;
  /** The youngest person depicted. Audience: public. */
  readonly depicted_age_group?: DepictedAgeGroup;
  /** Private person or public figure. Audience: public. */
  readonly depicted_role?: DepictedRole;
  /** The sharing programme whose signal matched. Audience: public. */
  readonly matched_programme?: MatchedProgramme;
  /** Main language of the items. Audience: public. */
  readonly content_language?: LanguageCode;
  /** The part of the work that an accuracy figure is about. Audience: public. */
  readonly scope?: ExposureScope;
  /** The way in which requests arrived. Audience: public. */
  readonly request_channel?: RequestChannel;
  /** The role in which requests were made. Audience: public. */
  readonly requester_role?: RequesterRole;
  /** The country whose authority issued the orders. Audience: public. */
  readonly issuing_country?: CountryCode;
  /** The law that sets the deadline. Audience: public. */
  readonly clock_regime?: ClockRegime;
  /** Where appeals were brought. Audience: public. */
  readonly appeal_forum?: AppealForum;
  /** How far decisions were taken by automated means. Audience: public. */
  readonly automated_decision?: AutomatedDecision;
  /** How far requests were processed by automated means. Audience: public. */
  readonly automated_processing?: AutomatedDecision;
  /** Why reported imagery was not harmful. Audience: public. */
  readonly benign_context?: BenignContext;
  /** What the findings rest on; an incident with several bases counts under each of them. Audience: public. */
  readonly synthetic_basis?: SyntheticBasis;
  /** The group that the harm is aimed at; an incident counts under each of its groups. Audience: public. */
  readonly targeted_group?: TargetedGroup;
  /** The country in which restrictions apply; a restriction counts under each of its countries. Audience: public. */
  readonly territorial_scope?: CountryCode;
  /** How visibility was restricted; an incident counts under each of its restrictions. Audience: public. */
  readonly decision_visibility?: DecisionVisibility;
  /** How payments were restricted. Audience: public. */
  readonly decision_monetary?: DecisionMonetary;
  /** How the provision of the service was restricted. Audience: public. */
  readonly decision_provision?: DecisionProvision;
  /** How accounts were restricted. Audience: public. */
  readonly decision_account?: DecisionAccount;
  /** How often the items were viewed before the action. Audience: public. */
  readonly views_bin?: ViewsBin;
  /** What came of the requests. Audience: public. */
  readonly request_outcome?: RequestOutcome;
  /** What came of the appeals. Audience: public. */
  readonly appeal_outcome?: AppealOutcome;
  /** What appeals are directed against; an appeal counts under each of its decisions. Audience: public. */
  readonly appealed_decision?: AppealedDecision;
  /** What services can generate or alter; a statement counts under each of its capabilities. Audience: public. */
  readonly capability?: Capability;
  /** A safeguard that is in operation; a statement counts under each of its safeguards. Audience: public. */
  readonly safeguard?: Safeguard;
  /** A measure that protects personal data; a statement counts under each of its measures. Audience: public. */
  readonly personal_data_measure?: PersonalDataMeasure;
  /** A measure that protects children; a statement counts under each of its measures. Audience: public. */
  readonly child_protection?: ChildProtection;
  /** The country under whose law an authority acted. Audience: public. */
  readonly jurisdiction?: CountryCode;
  /** What an authority did. Audience: public. */
  readonly action_type?: RegulatoryActionType;
  /** How long it took, in fixed steps. A metric of the kind median gives its histogram as observations with this dimension beside its other dimensions; a step without an observation holds none. Audience: public. */
  readonly duration_bin?: DurationBin;
  /** The count or the sum; for a median the number of durations that it is the middle of. Absent when it does not apply. Audience: public. */
  readonly numerator?: number;
  /** Lower bound of the 95 % interval, where the numerator was estimated from a sample. Audience: public. */
  readonly numerator_lower?: number;
  /** Upper bound of the 95 % interval, where the numerator was estimated from a sample. Audience: public. */
  readonly numerator_upper?: number;
  /** What the numerator is held against; absent for a plain count, or when nobody reported it. Audience: public. */
  readonly denominator?: number;
  /** The median in whole seconds, the lower of the two middle ones; where only a histogram is known, the lower end of the step that holds it. Audience: public. */
  readonly median_lower?: number;
  /** Equal to the lower end where the median is exact; else the upper end of the step that holds it, absent for the last step, which is open. Audience: public. */
  readonly median_upper?: number;
  /** Whether the number is there, and why not. Audience: public. */
  readonly status: ObservationStatus;
}
