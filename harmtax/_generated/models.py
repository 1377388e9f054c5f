"""The models of all record types and the enums of their codes.

Written by schema/build.py from schema/; do not edit.
"""

from __future__ import annotations


from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BeforeValidator, Field

from harmtax.records.moments import day, moment
from harmtax.records.record import Record

Time = Annotated[
    AwareDatetime,
    Field(strict=False),
    BeforeValidator(moment('^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z$')),
]
Date = Annotated[
    date,
    Field(strict=False),
    BeforeValidator(day("^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")),
]


class IncidentStatus(StrEnum):
    """Status of the incident. How far the platform's assessment of the item has come, and how it
    ended.
    """

    pending = "pending"
    actioned = "actioned"
    violation_not_actioned = "violation_not_actioned"
    no_violation = "no_violation"


class BenignContext(StrEnum):
    """Benign context. Why an item that was reported turned out to be harmless. It belongs to an
    incident with no violation, and is left out where no such context was found.
    """

    public_education = "public_education"
    news_reporting = "news_reporting"
    satire_or_parody = "satire_or_parody"
    art = "art"
    research_or_safety_testing = "research_or_safety_testing"
    consented = "consented"
    other = "other"


class CategoryCode(StrEnum):
    """Category. What harm an incident is, in 45 codes. The unit is one incident: one platform's
    assessment of one item on one service. The order of the codes in this list IS their order of
    precedence. Coding rule: walk downwards and take the first code whose definition fits and whose
    exclusions do not; that code is the field category. Another code that fits may be added to
    category_additional when it stands outside the branch of the first. Sub-codes stand before
    their parent; the parent is used when the sub-code cannot be determined, and every code counts
    into its parent. Whether an item is synthetic is the field generation and not a category. No
    code asks whether an opinion is right: LIK and CIV ask only whether the scene or the person was
    fabricated and passed off as real. Content that breaks neither law nor policy is no incident;
    if somebody reported it, record it with incident_status = no_violation and a benign_context.
    Annotations: base_tier is the tier of the code before its treatment is considered (absent = the
    code has no tier); absolute_floor marks codes that no treatment and no advertiser's profile may
    lift from the floor; includes and excludes are notes for the coder, and excludes names in
    brackets the code to use instead.
    """

    CSE_COE = "CSE-COE"
    CSE_IDM = "CSE-IDM"
    CSE_NIM = "CSE-NIM"
    CSE_SVC = "CSE-SVC"
    CSE = "CSE"
    IIA_EXT = "IIA-EXT"
    IIA_NUD = "IIA-NUD"
    IIA_DFK = "IIA-DFK"
    IIA_SVC = "IIA-SVC"
    IIA = "IIA"
    TVE = "TVE"
    VIO_INC = "VIO-INC"
    VIO_GOR = "VIO-GOR"
    VIO = "VIO"
    SHE_SUI = "SHE-SUI"
    SHE_INJ = "SHE-INJ"
    SHE_EAT = "SHE-EAT"
    SHE = "SHE"
    FRD_END = "FRD-END"
    FRD_PER = "FRD-PER"
    FRD_IDV = "FRD-IDV"
    FRD_GDS = "FRD-GDS"
    FRD = "FRD"
    HAT = "HAT"
    HAR = "HAR"
    PRV_EXP = "PRV-EXP"
    PRV_BIO = "PRV-BIO"
    PRV = "PRV"
    ASX_EXP = "ASX-EXP"
    ASX_SUG = "ASX-SUG"
    ASX = "ASX"
    CIV_ELE = "CIV-ELE"
    CIV_EVT = "CIV-EVT"
    CIV = "CIV"
    LIK_IMP = "LIK-IMP"
    LIK_COM = "LIK-COM"
    LIK_FAB = "LIK-FAB"
    LIK_ORG = "LIK-ORG"
    LIK = "LIK"
    IPR = "IPR"
    DIS_REM = "DIS-REM"
    DIS_ABS = "DIS-ABS"
    DIS = "DIS"
    OTH = "OTH"
    UNS = "UNS"


class ContentType(StrEnum):
    """Type of content. What the item consists of. An item may have several types. Synthetic media is
    not a type here: see Generation.
    """

    image = "image"
    video = "video"
    audio = "audio"
    text = "text"
    product = "product"
    app = "app"
    other = "other"


class Surface(StrEnum):
    """Surface. The part of the service in which people met the item, or would have met it."""

    feed = "feed"
    stories = "stories"
    video_in_stream = "video_in_stream"
    audio_in_stream = "audio_in_stream"
    live = "live"
    search = "search"
    messaging = "messaging"
    generator_output = "generator_output"
    other = "other"
    unknown = "unknown"


class Generation(StrEnum):
    """Generation. How the imagery came about. The first five values are synthetic, and figures on
    harmful synthetic imagery count these five only.
    """

    fully_generated = "fully_generated"
    ai_edited = "ai_edited"
    composite = "composite"
    synthetic_unspecified = "synthetic_unspecified"
    non_ai_synthetic = "non_ai_synthetic"
    not_synthetic = "not_synthetic"
    unknown = "unknown"


class DigitalSourceType(StrEnum):
    """Digital source type. What a file declares about its own origin. The declaration is a claim that
    may be wrong and is kept as it stands, also where IPTC has retired its value; a missing
    declaration proves nothing. The code is the last part of the published address.
    """

    digitalCapture = "digitalCapture"
    computationalCapture = "computationalCapture"
    negativeFilm = "negativeFilm"
    positiveFilm = "positiveFilm"
    print = "print"
    minorHumanEdits = "minorHumanEdits"
    humanEdits = "humanEdits"
    compositeWithTrainedAlgorithmicMedia = "compositeWithTrainedAlgorithmicMedia"
    algorithmicallyEnhanced = "algorithmicallyEnhanced"
    softwareImage = "softwareImage"
    digitalArt = "digitalArt"
    digitalCreation = "digitalCreation"
    dataDrivenMedia = "dataDrivenMedia"
    trainedAlgorithmicMedia = "trainedAlgorithmicMedia"
    algorithmicMedia = "algorithmicMedia"
    screenCapture = "screenCapture"
    virtualRecording = "virtualRecording"
    composite = "composite"
    compositeCapture = "compositeCapture"
    compositeSynthetic = "compositeSynthetic"
    empty = "empty"
    trainedAlgorithmicData = "trainedAlgorithmicData"


class SyntheticBasis(StrEnum):
    """Basis of the finding. What the statement that imagery is synthetic rests on. Several bases may
    be named.
    """

    c2pa_signed = "c2pa_signed"
    iptc_declared = "iptc_declared"
    watermark = "watermark"
    uploader_disclosure = "uploader_disclosure"
    classifier = "classifier"
    human_review = "human_review"
    source_declaration = "source_declaration"
    none = "none"


class Label(StrEnum):
    """Label on the item. Whether viewers could see that the imagery is synthetic when the item was
    assessed.
    """

    visible_label = "visible_label"
    metadata_only = "metadata_only"
    absent = "absent"
    removed = "removed"
    unknown = "unknown"


class DepictedAgeGroup(StrEnum):
    """Age group depicted. Age of the youngest person depicted, or said to be depicted. Unknown never
    blocks a record, because a forced guess would hide children.
    """

    adult = "adult"
    minor = "minor"
    unknown = "unknown"
    none = "none"


class YesNoUnknown(StrEnum):
    """Yes, no or unknown. The answer to a question. It has three values because an open question is
    not a no.
    """

    yes = "yes"
    no = "no"
    unknown = "unknown"


class DepictedConsent(StrEnum):
    """Consent of the depicted. Whether those depicted agreed to this very depiction and to its
    publication. One denial outweighs every consent.
    """

    given = "given"
    denied = "denied"
    unknown = "unknown"
    not_applicable = "not_applicable"


class DepictedRole(StrEnum):
    """Role of the depicted. Public standing of the person mainly depicted."""

    private_person = "private_person"
    public_figure = "public_figure"
    none = "none"
    unknown = "unknown"


class TargetedGroup(StrEnum):
    """Targeted group. Groups that the harm is aimed at, whoever is depicted. Several groups may be
    named; children stands beside girls.
    """

    none = "none"
    children = "children"
    girls = "girls"
    women = "women"
    older_people = "older_people"
    disabled_people = "disabled_people"
    other_protected_characteristic = "other_protected_characteristic"
    officials_or_candidates = "officials_or_candidates"
    journalists_or_defenders = "journalists_or_defenders"
    performers_models_creators = "performers_models_creators"
    unknown = "unknown"


class Treatment(StrEnum):
    """Treatment. How the item treats its subject. Together with the category it gives the suitability
    tier.
    """

    promoting_or_gratuitous = "promoting_or_gratuitous"
    dramatised = "dramatised"
    breaking_news_or_opinion = "breaking_news_or_opinion"
    educational_scientific_or_news_feature = "educational_scientific_or_news_feature"
    unknown = "unknown"


class SourceType(StrEnum):
    """Source. What first led the platform to assess the item."""

    own_initiative = "own_initiative"
    article_16_notice = "article_16_notice"
    trusted_flagger_notice = "trusted_flagger_notice"
    authority_order = "authority_order"
    statutory_removal_request = "statutory_removal_request"
    other_notification = "other_notification"


class MatchedProgramme(StrEnum):
    """Matching programme. The shared programme whose signal matched the item. The signal itself is
    never recorded.
    """

    none = "none"
    stopncii = "stopncii"
    ncmec_take_it_down = "ncmec_take_it_down"
    iwf = "iwf"
    lantern = "lantern"
    other = "other"
    unknown = "unknown"


class AutomatedDecision(StrEnum):
    """Automation. How far automated means processed the item or the request and took the decision on
    it.
    """

    fully_automated = "fully_automated"
    partially_automated = "partially_automated"
    not_automated = "not_automated"


class DecisionGround(StrEnum):
    """Ground. What the restriction rests on: the one ground that the decision cites. Whether content
    restricted under the terms is also held to be illegal is said by incompatible_content_illegal.
    """

    illegal_content = "illegal_content"
    incompatible_content = "incompatible_content"


class DecisionVisibility(StrEnum):
    """Visibility restriction. How the visibility of the item was restricted. Several restrictions may
    be named.
    """

    removed = "removed"
    disabled = "disabled"
    demoted = "demoted"
    age_restricted = "age_restricted"
    interaction_restricted = "interaction_restricted"
    labelled = "labelled"
    other = "other"


class DecisionMonetary(StrEnum):
    """Monetary restriction. How payments connected with the item were restricted."""

    suspension = "suspension"
    termination = "termination"
    other = "other"


class DecisionProvision(StrEnum):
    """Service restriction. How the provision of the service to the recipient was restricted."""

    partial_suspension = "partial_suspension"
    total_suspension = "total_suspension"
    partial_termination = "partial_termination"
    total_termination = "total_termination"


class DecisionAccount(StrEnum):
    """Account restriction. What was done to the account."""

    suspended = "suspended"
    terminated = "terminated"


class CountryCode(StrEnum):
    """Country. ISO 3166-1 alpha-2 country codes in capitals; Greece is GR."""

    AD = "AD"
    AE = "AE"
    AF = "AF"
    AG = "AG"
    AI = "AI"
    AL = "AL"
    AM = "AM"
    AO = "AO"
    AQ = "AQ"
    AR = "AR"
    AS = "AS"
    AT = "AT"
    AU = "AU"
    AW = "AW"
    AX = "AX"
    AZ = "AZ"
    BA = "BA"
    BB = "BB"
    BD = "BD"
    BE = "BE"
    BF = "BF"
    BG = "BG"
    BH = "BH"
    BI = "BI"
    BJ = "BJ"
    BL = "BL"
    BM = "BM"
    BN = "BN"
    BO = "BO"
    BQ = "BQ"
    BR = "BR"
    BS = "BS"
    BT = "BT"
    BV = "BV"
    BW = "BW"
    BY = "BY"
    BZ = "BZ"
    CA = "CA"
    CC = "CC"
    CD = "CD"
    CF = "CF"
    CG = "CG"
    CH = "CH"
    CI = "CI"
    CK = "CK"
    CL = "CL"
    CM = "CM"
    CN = "CN"
    CO = "CO"
    CR = "CR"
    CU = "CU"
    CV = "CV"
    CW = "CW"
    CX = "CX"
    CY = "CY"
    CZ = "CZ"
    DE = "DE"
    DJ = "DJ"
    DK = "DK"
    DM = "DM"
    DO = "DO"
    DZ = "DZ"
    EC = "EC"
    EE = "EE"
    EG = "EG"
    EH = "EH"
    ER = "ER"
    ES = "ES"
    ET = "ET"
    FI = "FI"
    FJ = "FJ"
    FK = "FK"
    FM = "FM"
    FO = "FO"
    FR = "FR"
    GA = "GA"
    GB = "GB"
    GD = "GD"
    GE = "GE"
    GF = "GF"
    GG = "GG"
    GH = "GH"
    GI = "GI"
    GL = "GL"
    GM = "GM"
    GN = "GN"
    GP = "GP"
    GQ = "GQ"
    GR = "GR"
    GS = "GS"
    GT = "GT"
    GU = "GU"
    GW = "GW"
    GY = "GY"
    HK = "HK"
    HM = "HM"
    HN = "HN"
    HR = "HR"
    HT = "HT"
    HU = "HU"
    ID = "ID"
    IE = "IE"
    IL = "IL"
    IM = "IM"
    IN = "IN"
    IO = "IO"
    IQ = "IQ"
    IR = "IR"
    IS = "IS"
    IT = "IT"
    JE = "JE"
    JM = "JM"
    JO = "JO"
    JP = "JP"
    KE = "KE"
    KG = "KG"
    KH = "KH"
    KI = "KI"
    KM = "KM"
    KN = "KN"
    KP = "KP"
    KR = "KR"
    KW = "KW"
    KY = "KY"
    KZ = "KZ"
    LA = "LA"
    LB = "LB"
    LC = "LC"
    LI = "LI"
    LK = "LK"
    LR = "LR"
    LS = "LS"
    LT = "LT"
    LU = "LU"
    LV = "LV"
    LY = "LY"
    MA = "MA"
    MC = "MC"
    MD = "MD"
    ME = "ME"
    MF = "MF"
    MG = "MG"
    MH = "MH"
    MK = "MK"
    ML = "ML"
    MM = "MM"
    MN = "MN"
    MO = "MO"
    MP = "MP"
    MQ = "MQ"
    MR = "MR"
    MS = "MS"
    MT = "MT"
    MU = "MU"
    MV = "MV"
    MW = "MW"
    MX = "MX"
    MY = "MY"
    MZ = "MZ"
    NA = "NA"
    NC = "NC"
    NE = "NE"
    NF = "NF"
    NG = "NG"
    NI = "NI"
    NL = "NL"
    NO = "NO"
    NP = "NP"
    NR = "NR"
    NU = "NU"
    NZ = "NZ"
    OM = "OM"
    PA = "PA"
    PE = "PE"
    PF = "PF"
    PG = "PG"
    PH = "PH"
    PK = "PK"
    PL = "PL"
    PM = "PM"
    PN = "PN"
    PR = "PR"
    PS = "PS"
    PT = "PT"
    PW = "PW"
    PY = "PY"
    QA = "QA"
    RE = "RE"
    RO = "RO"
    RS = "RS"
    RU = "RU"
    RW = "RW"
    SA = "SA"
    SB = "SB"
    SC = "SC"
    SD = "SD"
    SE = "SE"
    SG = "SG"
    SH = "SH"
    SI = "SI"
    SJ = "SJ"
    SK = "SK"
    SL = "SL"
    SM = "SM"
    SN = "SN"
    SO = "SO"
    SR = "SR"
    SS = "SS"
    ST = "ST"
    SV = "SV"
    SX = "SX"
    SY = "SY"
    SZ = "SZ"
    TC = "TC"
    TD = "TD"
    TF = "TF"
    TG = "TG"
    TH = "TH"
    TJ = "TJ"
    TK = "TK"
    TL = "TL"
    TM = "TM"
    TN = "TN"
    TO = "TO"
    TR = "TR"
    TT = "TT"
    TV = "TV"
    TW = "TW"
    TZ = "TZ"
    UA = "UA"
    UG = "UG"
    UM = "UM"
    US = "US"
    UY = "UY"
    UZ = "UZ"
    VA = "VA"
    VC = "VC"
    VE = "VE"
    VG = "VG"
    VI = "VI"
    VN = "VN"
    VU = "VU"
    WF = "WF"
    WS = "WS"
    YE = "YE"
    YT = "YT"
    ZA = "ZA"
    ZM = "ZM"
    ZW = "ZW"


class LanguageCode(StrEnum):
    """Language. ISO 639-1 language codes in small letters; Greek is el."""

    aa = "aa"
    ab = "ab"
    ae = "ae"
    af = "af"
    ak = "ak"
    am = "am"
    an = "an"
    ar = "ar"
    as_ = "as"
    av = "av"
    ay = "ay"
    az = "az"
    ba = "ba"
    be = "be"
    bg = "bg"
    bh = "bh"
    bi = "bi"
    bm = "bm"
    bn = "bn"
    bo = "bo"
    br = "br"
    bs = "bs"
    ca = "ca"
    ce = "ce"
    ch = "ch"
    co = "co"
    cr = "cr"
    cs = "cs"
    cu = "cu"
    cv = "cv"
    cy = "cy"
    da = "da"
    de = "de"
    dv = "dv"
    dz = "dz"
    ee = "ee"
    el = "el"
    en = "en"
    eo = "eo"
    es = "es"
    et = "et"
    eu = "eu"
    fa = "fa"
    ff = "ff"
    fi = "fi"
    fj = "fj"
    fo = "fo"
    fr = "fr"
    fy = "fy"
    ga = "ga"
    gd = "gd"
    gl = "gl"
    gn = "gn"
    gu = "gu"
    gv = "gv"
    ha = "ha"
    he = "he"
    hi = "hi"
    ho = "ho"
    hr = "hr"
    ht = "ht"
    hu = "hu"
    hy = "hy"
    hz = "hz"
    ia = "ia"
    id = "id"
    ie = "ie"
    ig = "ig"
    ii = "ii"
    ik = "ik"
    io = "io"
    is_ = "is"
    it = "it"
    iu = "iu"
    ja = "ja"
    jv = "jv"
    ka = "ka"
    kg = "kg"
    ki = "ki"
    kj = "kj"
    kk = "kk"
    kl = "kl"
    km = "km"
    kn = "kn"
    ko = "ko"
    kr = "kr"
    ks = "ks"
    ku = "ku"
    kv = "kv"
    kw = "kw"
    ky = "ky"
    la = "la"
    lb = "lb"
    lg = "lg"
    li = "li"
    ln = "ln"
    lo = "lo"
    lt = "lt"
    lu = "lu"
    lv = "lv"
    mg = "mg"
    mh = "mh"
    mi = "mi"
    mk = "mk"
    ml = "ml"
    mn = "mn"
    mr = "mr"
    ms = "ms"
    mt = "mt"
    my = "my"
    na = "na"
    nb = "nb"
    nd = "nd"
    ne = "ne"
    ng = "ng"
    nl = "nl"
    nn = "nn"
    no = "no"
    nr = "nr"
    nv = "nv"
    ny = "ny"
    oc = "oc"
    oj = "oj"
    om = "om"
    or_ = "or"
    os = "os"
    pa = "pa"
    pi = "pi"
    pl = "pl"
    ps = "ps"
    pt = "pt"
    qu = "qu"
    rm = "rm"
    rn = "rn"
    ro = "ro"
    ru = "ru"
    rw = "rw"
    sa = "sa"
    sc = "sc"
    sd = "sd"
    se = "se"
    sg = "sg"
    si = "si"
    sk = "sk"
    sl = "sl"
    sm = "sm"
    sn = "sn"
    so = "so"
    sq = "sq"
    sr = "sr"
    ss = "ss"
    st = "st"
    su = "su"
    sv = "sv"
    sw = "sw"
    ta = "ta"
    te = "te"
    tg = "tg"
    th = "th"
    ti = "ti"
    tk = "tk"
    tl = "tl"
    tn = "tn"
    to = "to"
    tr = "tr"
    ts = "ts"
    tt = "tt"
    tw = "tw"
    ty = "ty"
    ug = "ug"
    uk = "uk"
    ur = "ur"
    uz = "uz"
    ve = "ve"
    vi = "vi"
    vo = "vo"
    wa = "wa"
    wo = "wo"
    xh = "xh"
    yi = "yi"
    yo = "yo"
    za = "za"
    zh = "zh"
    zu = "zu"


class AuthorityReport(StrEnum):
    """Reported to. Bodies that the platform reported the incident to. Duties to report differ between
    states. Several bodies may be named.
    """

    none = "none"
    ncmec = "ncmec"
    inhope_hotline = "inhope_hotline"
    police = "police"
    data_protection_authority = "data_protection_authority"
    other_authority = "other_authority"
    unknown = "unknown"


class RequestChannel(StrEnum):
    """Channel of the request. The legal or practical way by which the demand reached the platform.
    """

    article_16_notice = "article_16_notice"
    trusted_flagger_notice = "trusted_flagger_notice"
    other_user_report = "other_user_report"
    statutory_removal_request = "statutory_removal_request"
    data_protection_request = "data_protection_request"
    likeness_claim = "likeness_claim"
    hotline_referral = "hotline_referral"
    order_to_act = "order_to_act"
    order_to_provide_information = "order_to_provide_information"


class RequesterRole(StrEnum):
    """Role of the requester. In which role the demand was made."""

    depicted_person = "depicted_person"
    authorised_representative = "authorised_representative"
    parent_or_guardian = "parent_or_guardian"
    authority = "authority"
    trusted_flagger = "trusted_flagger"
    hotline = "hotline"
    rights_holder = "rights_holder"
    third_party = "third_party"
    unknown = "unknown"


class Validity(StrEnum):
    """Validity of the request. Whether the request meets the formal demands of its channel."""

    valid = "valid"
    incomplete = "incomplete"
    invalid = "invalid"
    under_review = "under_review"


class RequestOutcome(StrEnum):
    """Outcome of the request. How the request ended, whatever the single incidents say."""

    pending = "pending"
    actioned_fully = "actioned_fully"
    actioned_partly = "actioned_partly"
    no_violation = "no_violation"
    already_removed = "already_removed"
    invalid = "invalid"
    duplicate = "duplicate"
    withdrawn = "withdrawn"
    information_provided = "information_provided"
    refused = "refused"


class ClockRegime(StrEnum):
    """Clock. The law that sets the deadline for the request. The deadline is held against the moment
    when the action takes effect.
    """

    none = "none"
    us_take_it_down = "us_take_it_down"
    au_removal_notice = "au_removal_notice"
    eu_terrorist_content_order = "eu_terrorist_content_order"
    other_statutory = "other_statutory"


class AppealForum(StrEnum):
    """Forum of the appeal. Where a decision is contested."""

    internal_complaint = "internal_complaint"
    out_of_court_settlement = "out_of_court_settlement"
    court = "court"


class AppealedDecision(StrEnum):
    """Appealed decision. What kind of decision is contested. One appeal may contest several."""

    visibility = "visibility"
    monetary = "monetary"
    provision = "provision"
    account = "account"
    no_action_article_16 = "no_action_article_16"
    no_action_trusted_flagger = "no_action_trusted_flagger"


class AppealOutcome(StrEnum):
    """Outcome of the appeal. How the appeal ended."""

    pending = "pending"
    decision_upheld = "decision_upheld"
    decision_partially_reversed = "decision_partially_reversed"
    decision_reversed = "decision_reversed"
    decision_omitted = "decision_omitted"


class ExposureScope(StrEnum):
    """Scope of the exposure. Which actions or items the number covers, by what led to them."""

    all = "all"
    own_initiative = "own_initiative"
    notices = "notices"
    trusted_flagger_notices = "trusted_flagger_notices"


class Measure(StrEnum):
    """Measure. What a row of exposure counts: the denominators of ratios, and the counts that do not
    come from single incidents.
    """

    views_total = "views_total"
    views_violating = "views_violating"
    views_sampled = "views_sampled"
    views_sampled_violating = "views_sampled_violating"
    ad_impressions_total = "ad_impressions_total"
    ad_impressions_violating = "ad_impressions_violating"
    synthetic_items_published = "synthetic_items_published"
    synthetic_items_labelled = "synthetic_items_labelled"
    generations_requested = "generations_requested"
    generations_blocked = "generations_blocked"
    suspensions_illegal_content = "suspensions_illegal_content"
    suspensions_unfounded_notices = "suspensions_unfounded_notices"
    suspensions_unfounded_complaints = "suspensions_unfounded_complaints"
    automation_true_positive = "automation_true_positive"
    automation_false_positive = "automation_false_positive"
    automation_true_negative = "automation_true_negative"
    automation_false_negative = "automation_false_negative"


class ExposureMethod(StrEnum):
    """Method. How a number of exposure was obtained."""

    census = "census"
    sample = "sample"


class Capability(StrEnum):
    """Capability. What a service can generate or alter. Several capabilities may be named."""

    text_to_image = "text_to_image"
    image_edit = "image_edit"
    text_to_video = "text_to_video"
    image_to_video = "image_to_video"
    face_or_body_replacement = "face_or_body_replacement"
    voice_cloning = "voice_cloning"
    other = "other"


class ContentPolicy(StrEnum):
    """Policy. How the provider's published policy treats one kind of content."""

    prohibited = "prohibited"
    restricted = "restricted"
    allowed = "allowed"
    not_stated = "not_stated"


class Safeguard(StrEnum):
    """Safeguard. Safeguards against misuse that are in operation. Several may be named."""

    prompt_filter = "prompt_filter"
    input_image_check = "input_image_check"
    output_filter = "output_filter"
    likeness_consent_check = "likeness_consent_check"
    hash_matching = "hash_matching"
    training_data_screening = "training_data_screening"
    rate_limit = "rate_limit"
    account_verification = "account_verification"
    abuse_monitoring = "abuse_monitoring"
    red_team_testing = "red_team_testing"
    provenance_metadata = "provenance_metadata"
    watermark = "watermark"
    visible_label = "visible_label"
    none = "none"
    not_stated = "not_stated"


class PersonalDataMeasure(StrEnum):
    """Measure on personal data. How the provider protects personal data in training and use. Several
    measures may be named.
    """

    lawful_basis_published = "lawful_basis_published"
    impact_assessment = "impact_assessment"
    training_opt_out = "training_opt_out"
    input_deletion = "input_deletion"
    no_training_on_inputs = "no_training_on_inputs"
    none = "none"
    not_stated = "not_stated"


class ChildProtection(StrEnum):
    """Protection of children. What the provider does for children in particular. Several measures may
    be named.
    """

    age_assurance = "age_assurance"
    minors_excluded = "minors_excluded"
    restricted_minor_account = "restricted_minor_account"
    guardian_tools = "guardian_tools"
    age_appropriate_information = "age_appropriate_information"
    none = "none"
    not_stated = "not_stated"


class RemovalChannel(StrEnum):
    """Channel for removal. How a person can ask for removal. Several channels may be named."""

    in_product = "in_product"
    web_form = "web_form"
    email = "email"
    post = "post"
    none = "none"


class Assurance(StrEnum):
    """Assurance. Who stands behind a statement about a system."""

    self_declared = "self_declared"
    independently_audited = "independently_audited"
    regulator_verified = "regulator_verified"


class RegulatoryActionType(StrEnum):
    """Type of regulatory action. What an authority did with regard to a service. The list records the
    act, not whether it was right.
    """

    notice = "notice"
    information_request = "information_request"
    warning = "warning"
    order = "order"
    temporary_restriction = "temporary_restriction"
    block = "block"
    fine = "fine"
    undertaking = "undertaking"
    lift_conditional = "lift_conditional"
    lift = "lift"
    closed_without_action = "closed_without_action"


class ServiceType(StrEnum):
    """Type of service. What kind of service files the submission. The most specific value is chosen.
    """

    intermediary = "intermediary"
    hosting = "hosting"
    online_platform = "online_platform"
    vlop = "vlop"
    vlose = "vlose"
    generator = "generator"
    other = "other"


class MetricKind(StrEnum):
    """Kind of metric. How a metric is computed, and so how figures of several reporters are put
    together.
    """

    count_ = "count"
    ratio = "ratio"
    median = "median"
    sum = "sum"


class Tier(StrEnum):
    """Suitability tier. How far an item is from what an advertiser can be placed beside. It is
    computed from category and treatment and never typed in; a profile may raise it.
    """

    floor = "floor"
    high = "high"
    medium = "medium"
    low = "low"


class ViewsBin(StrEnum):
    """Views before the action. Steps of the number of views that an item had before the action;
    `upper` is the last number in a step.
    """

    views_0 = "views_0"
    views_1_9 = "views_1_9"
    views_10_99 = "views_10_99"
    views_100_999 = "views_100_999"
    views_1000_9999 = "views_1000_9999"
    views_10000_up = "views_10000_up"


class DurationBin(StrEnum):
    """Duration. Fixed steps of durations in whole seconds; `upper` is the longest duration in a step.
    The steps end at the deadlines of laws, so that what was done in time can be read off.
    """

    within_1h = "within_1h"
    within_2h = "within_2h"
    within_4h = "within_4h"
    within_8h = "within_8h"
    within_12h = "within_12h"
    within_24h = "within_24h"
    within_36h = "within_36h"
    within_48h = "within_48h"
    within_72h = "within_72h"
    within_7d = "within_7d"
    within_14d = "within_14d"
    within_30d = "within_30d"
    within_90d = "within_90d"
    over_90d = "over_90d"


class ObservationStatus(StrEnum):
    """Status of an observation. Whether the number is there, and why not. Zero is a number and not a
    status.
    """

    normal = "normal"
    not_applicable = "not_applicable"
    suppressed = "suppressed"
    missing_denominator = "missing_denominator"
    partly_covered = "partly_covered"
    not_comparable = "not_comparable"


class Incident(Record):
    """One platform's assessment of one item on one service. It states the category of harm, how the
    imagery came about, who is depicted in the coarsest useful terms, how the case was found and
    what the platform did.

    Attributes:
        harmtax_version: The version of the harmtax standard that the record was written in.
            Audience: public.
        reporter_id: Who files the record. Audience: public.
        service_id: The service that the record is about; for a regulatory action its addressee.
            Audience: public.
        revision: Counts the corrections of one record from 1; the highest revision wins. Audience:
            shared.
        revision_reason: Why an earlier revision was corrected. Audience: shared. Source: Annex II
            to Regulation (EU) 2024/2835.
        incident_id: The platform's own identifier of the incident; the DSA calls it puid.
            Audience: shared. Source: DSA Transparency Database, puid.
        incident_status: Where the assessment stands and what came of it. Audience: public.
        benign_context: Why imagery that was reported is not harmful, such as education or satire.
            Audience: public.
        category: The one category of harm, found by walking down the list in its order of
            precedence. Audience: public.
        category_additional: Further categories outside the branch of the main one; metrics count
            the main one only. Audience: public.
        category_other_text: What the harm is when no category fits. Audience: restricted.
        content_type: What the item consists of. Audience: public. Source: DSA Transparency
            Database, content_type.
        content_type_other: What the item is when no type of content fits. Audience: restricted.
        surface: Where on the service the item appeared. Audience: public. Source: GARM Adjacency
            Standards.
        generation: How the imagery came about, as found by the platform. Audience: public.
        digital_source_type: What the file declares about its own origin; kept as declared, even
            where it is wrong. Audience: shared. Source: IPTC Digital Source Type.
        synthetic_basis: What the statement that the imagery is synthetic rests on. Audience:
            public.
        label: Whether viewers could see that the imagery is synthetic. Audience: public. Source:
            Regulation (EU) 2024/1689 (AI Act), Article 50.
        generating_service_id: The service that made the imagery, where it is known. Audience:
            shared.
        depicted_age_group: The youngest person who is depicted or is said to be. Audience: public.
        depicted_identifiable: Whether any depicted person can be identified by face, body mark,
            voice or context. Audience: public.
        depicted_consent: Affirmative consent to this depiction and to this publication; one
            refusal decides. Audience: public.
        depicted_role: Whether the depicted person is a private person or a public figure.
            Audience: public.
        targeted_group: Groups that the harm is aimed at, whoever is depicted. Audience: public.
            Source: GPA joint statement of 23 February 2026, principle 4.
        treatment: How the subject is treated; together with the category it gives the suitability
            tier. Audience: public. Source: GARM Suitability Framework.
        source_type: What made the platform look at the item. Audience: public. Source: DSA
            Transparency Database, source_type.
        request_id: The earliest removal request that led to the assessment. Audience: shared.
        matched_programme: The sharing programme whose signal matched; never the signal itself.
            Audience: public.
        automated_detection: Whether the item was found by automated means. Audience: public.
            Source: DSA Transparency Database, automated_detection.
        automated_decision: How far the decision was taken by automated means. Audience: public.
            Source: DSA Transparency Database, automated_decision.
        decision_ground: Whether the action rests on law or on the terms and conditions. Audience:
            public. Source: Regulation (EU) 2022/2065 (DSA), Article 17(3)(d) and (e).
        incompatible_content_illegal: Whether content that breaks the terms and conditions is held
            to be illegal too. Audience: public. Source: DSA Transparency Database,
            incompatible_content_illegal.
        ground_reference: The law or the clause of the terms that the decision rests on. Audience:
            shared.
        ground_explanation: Why the law or clause applies; used for DSA statements only. Audience:
            restricted.
        decision_facts: Facts and circumstances relied on; used for DSA statements only. Audience:
            restricted.
        decision_visibility: How the visibility of the item was restricted. Audience: public.
            Source: Regulation (EU) 2022/2065 (DSA), Article 17(1)(a).
        decision_visibility_other: The visibility restriction that no code names. Audience:
            restricted.
        decision_monetary: How payments were restricted. Audience: public. Source: Regulation (EU)
            2022/2065 (DSA), Article 17(1)(b).
        decision_monetary_other: The monetary restriction that no code names. Audience: restricted.
        decision_provision: How the provision of the service was restricted. Audience: public.
            Source: Regulation (EU) 2022/2065 (DSA), Article 17(1)(c).
        decision_account: How the account was restricted. Audience: public. Source: Regulation (EU)
            2022/2065 (DSA), Article 17(1)(d).
        end_date_visibility_restriction: The day on which the visibility restriction ends; absent
            means no end is set. Audience: shared.
        end_date_monetary_restriction: The day on which the monetary restriction ends; absent means
            no end is set. Audience: shared.
        end_date_service_restriction: The day on which the restriction of the service ends; absent
            means no end is set. Audience: shared.
        end_date_account_restriction: The day on which the account restriction ends; absent means
            no end is set. Audience: shared.
        content_date: The day on which the item was put on the service. Audience: shared.
        actioned_at: When the restriction was imposed. Audience: shared.
        reinstated_at: When the restriction was lifted again. Audience: shared.
        territorial_scope: Countries in which the restriction applies. Audience: public. Source:
            DSA Transparency Database, territorial_scope.
        content_language: Main language of the item. Audience: public.
        views_before_action: How often the item was viewed before the action. Audience: shared.
            Unit: views.
        authority_report: Bodies that the incident was reported to. Audience: public.
    """

    RECORD: ClassVar[str] = "Incident"

    harmtax_version: Annotated[str, Field(pattern='^(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})$')]
    reporter_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    service_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    revision: Annotated[int, Field(ge=1, le=1000000)]
    revision_reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    incident_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    incident_status: IncidentStatus
    benign_context: BenignContext | None = None
    category: CategoryCode
    category_additional: Annotated[tuple[CategoryCode, ...], Field(min_length=1)] | None = None
    category_other_text: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    content_type: Annotated[tuple[ContentType, ...], Field(min_length=1)]
    content_type_other: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    surface: Surface | None = None
    generation: Generation
    digital_source_type: DigitalSourceType | None = None
    synthetic_basis: Annotated[tuple[SyntheticBasis, ...], Field(min_length=1)] | None = None
    label: Label
    generating_service_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")] | None = None
    depicted_age_group: DepictedAgeGroup
    depicted_identifiable: YesNoUnknown
    depicted_consent: DepictedConsent
    depicted_role: DepictedRole | None = None
    targeted_group: Annotated[tuple[TargetedGroup, ...], Field(min_length=1)] | None = None
    treatment: Treatment
    source_type: SourceType
    request_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")] | None = None
    matched_programme: MatchedProgramme | None = None
    automated_detection: YesNoUnknown
    automated_decision: AutomatedDecision | None = None
    decision_ground: DecisionGround | None = None
    incompatible_content_illegal: YesNoUnknown | None = None
    ground_reference: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    ground_explanation: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    decision_facts: Annotated[str, Field(min_length=1, max_length=5000)] | None = None
    decision_visibility: Annotated[tuple[DecisionVisibility, ...], Field(min_length=1)] | None = None
    decision_visibility_other: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    decision_monetary: DecisionMonetary | None = None
    decision_monetary_other: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    decision_provision: DecisionProvision | None = None
    decision_account: DecisionAccount | None = None
    end_date_visibility_restriction: Date | None = None
    end_date_monetary_restriction: Date | None = None
    end_date_service_restriction: Date | None = None
    end_date_account_restriction: Date | None = None
    content_date: Date
    actioned_at: Time | None = None
    reinstated_at: Time | None = None
    territorial_scope: Annotated[tuple[CountryCode, ...], Field(min_length=1)] | None = None
    content_language: LanguageCode | None = None
    views_before_action: Annotated[int, Field(ge=0, le=9007199254740991)] | None = None
    authority_report: Annotated[tuple[AuthorityReport, ...], Field(min_length=1)] | None = None


class RemovalRequest(Record):
    """A demand from outside about one or more items. The clock starts when the request is valid, or
    on receipt where the law says so, and stops when the answer takes effect.

    Attributes:
        harmtax_version: The version of the harmtax standard that the record was written in.
            Audience: public.
        reporter_id: Who files the record. Audience: public.
        service_id: The service that the record is about; for a regulatory action its addressee.
            Audience: public.
        revision: Counts the corrections of one record from 1; the highest revision wins. Audience:
            shared.
        revision_reason: Why an earlier revision was corrected. Audience: shared. Source: Annex II
            to Regulation (EU) 2024/2835.
        request_id: The platform's own identifier of the request. Audience: shared.
        request_channel: The way in which the request arrived. Audience: public. Source: Regulation
            (EU) 2022/2065 (DSA), Articles 9, 10, 16 and 22.
        requester_role: In what role the request was made. Audience: public.
        category: The category of harm that the request alleges. Audience: public.
        issuing_country: The country whose authority issued the order. Audience: public. Source: EU
            report template, part 3, Scope.
        item_count: How many specific items the request names. Audience: public. Unit: items.
        items_actioned_count: How many of the named items were actioned. Audience: public. Unit:
            items.
        copies_actioned_count: How many known identical copies beyond the named items were
            actioned. Audience: public. Unit: items.
        validity: Whether the request meets the formal conditions of its channel. Audience: public.
        received_at: When the request arrived. Audience: shared.
        valid_at: When the request met all formal conditions. Audience: shared.
        acknowledged_at: When receipt was confirmed to the requester. Audience: shared.
        decided_at: When the request was closed, whatever the outcome. Audience: shared.
        effected_at: When the removal was complete or the information was given. Audience: shared.
        outcome: What came of the request. Audience: public.
        action_ground: Whether the action rests on law or on the terms and conditions. Audience:
            public. Source: EU report template, part 4.
        automated_processing: How far the request was processed by automated means. Audience:
            public. Source: EU report template, part 8.
        clock_regime: The law that sets a deadline for the answer. Audience: public.
        deadline_at: When the answer must have taken effect. Audience: shared.
    """

    RECORD: ClassVar[str] = "RemovalRequest"

    harmtax_version: Annotated[str, Field(pattern='^(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})$')]
    reporter_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    service_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    revision: Annotated[int, Field(ge=1, le=1000000)]
    revision_reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    request_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    request_channel: RequestChannel
    requester_role: RequesterRole
    category: CategoryCode
    issuing_country: CountryCode | None = None
    item_count: Annotated[int, Field(ge=0, le=9007199254740991)]
    items_actioned_count: Annotated[int, Field(ge=0, le=9007199254740991)] | None = None
    copies_actioned_count: Annotated[int, Field(ge=0, le=9007199254740991)] | None = None
    validity: Validity
    received_at: Time
    valid_at: Time | None = None
    acknowledged_at: Time | None = None
    decided_at: Time | None = None
    effected_at: Time | None = None
    outcome: RequestOutcome
    action_ground: DecisionGround | None = None
    automated_processing: AutomatedDecision
    clock_regime: ClockRegime
    deadline_at: Time | None = None


class Appeal(Record):
    """A complaint against a decision on an incident, or against the refusal to act on a request.

    Attributes:
        harmtax_version: The version of the harmtax standard that the record was written in.
            Audience: public.
        reporter_id: Who files the record. Audience: public.
        service_id: The service that the record is about; for a regulatory action its addressee.
            Audience: public.
        revision: Counts the corrections of one record from 1; the highest revision wins. Audience:
            shared.
        revision_reason: Why an earlier revision was corrected. Audience: shared. Source: Annex II
            to Regulation (EU) 2024/2835.
        appeal_id: The platform's own identifier of the appeal. Audience: shared.
        incident_id: The incident whose decision is appealed. Audience: shared.
        request_id: The request whose refusal is appealed. Audience: shared.
        category: The category that the appealed decision stated. Audience: public.
        appeal_forum: Where the appeal was brought. Audience: public. Source: Regulation (EU)
            2022/2065 (DSA), Articles 20 and 21.
        appealed_decision: What the appeal is directed against. Audience: public. Source: EU report
            template, part 7.
        submitted_at: When the appeal was brought. Audience: shared.
        decided_at: When the appeal was decided. Audience: shared.
        outcome: What came of the appeal. Audience: public. Source: EU report template, part 7.
        new_restriction_imposed: Whether the appeal led to another restriction in place of the
            first. Audience: public.
        outcome_implemented: Whether the platform carried out the outcome of the settlement.
            Audience: public. Source: Regulation (EU) 2022/2065 (DSA), Article 24(1)(a).
    """

    RECORD: ClassVar[str] = "Appeal"

    harmtax_version: Annotated[str, Field(pattern='^(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})$')]
    reporter_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    service_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    revision: Annotated[int, Field(ge=1, le=1000000)]
    revision_reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    appeal_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    incident_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")] | None = None
    request_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")] | None = None
    category: CategoryCode
    appeal_forum: AppealForum
    appealed_decision: Annotated[tuple[AppealedDecision, ...], Field(min_length=1)]
    submitted_at: Time
    decided_at: Time | None = None
    outcome: AppealOutcome
    new_restriction_imposed: YesNoUnknown | None = None
    outcome_implemented: YesNoUnknown | None = None


class Exposure(Record):
    """One measured quantity of one service in one period, such as views or ad impressions. It serves
    as the denominator of a rate or as the counter that an incident cannot give.

    Attributes:
        harmtax_version: The version of the harmtax standard that the record was written in.
            Audience: public.
        reporter_id: Who files the record. Audience: public.
        service_id: The service that the record is about; for a regulatory action its addressee.
            Audience: public.
        revision: Counts the corrections of one record from 1; the highest revision wins. Audience:
            shared.
        revision_reason: Why an earlier revision was corrected. Audience: shared. Source: Annex II
            to Regulation (EU) 2024/2835.
        period_start: First day of the period. Audience: public.
        period_end: Last day of the period; it belongs to the period. Audience: public.
        surface: The surface that the figure is about; absent means the whole service. Audience:
            public.
        category: The category that the figure is about, without what is stated for the categories
            below it; absent means all categories. Audience: public.
        content_language: The language that the figure is about; absent means all languages.
            Audience: public.
        scope: The part of the work that an accuracy figure is about. Audience: public. Source: EU
            report template, part 8.
        measure: What was counted; the code list names the unit of each measure. Audience: public.
        value: The number counted or, for a sample, estimated. Audience: public. Unit: as the
            measure says.
        method: Whether everything was counted or a sample was drawn. Audience: public.
        value_lower: Lower bound of the 95 % interval of a sample. Audience: public. Unit: as the
            measure says.
        value_upper: Upper bound of the 95 % interval of a sample. Audience: public. Unit: as the
            measure says.
    """

    RECORD: ClassVar[str] = "Exposure"

    harmtax_version: Annotated[str, Field(pattern='^(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})$')]
    reporter_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    service_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    revision: Annotated[int, Field(ge=1, le=1000000)]
    revision_reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    period_start: Date
    period_end: Date
    surface: Surface | None = None
    category: CategoryCode | None = None
    content_language: LanguageCode | None = None
    scope: ExposureScope | None = None
    measure: Measure
    value: Annotated[int, Field(ge=0, le=9007199254740991)]
    method: ExposureMethod
    value_lower: Annotated[int, Field(ge=0, le=9007199254740991)] | None = None
    value_upper: Annotated[int, Field(ge=0, le=9007199254740991)] | None = None


class SystemStatement(Record):
    """What the provider of a generating service declares about its safeguards, limits and channels.

    Attributes:
        harmtax_version: The version of the harmtax standard that the record was written in.
            Audience: public.
        reporter_id: Who files the record. Audience: public.
        service_id: The service that the record is about; for a regulatory action its addressee.
            Audience: public.
        revision: Counts the corrections of one record from 1; the highest revision wins. Audience:
            shared.
        revision_reason: Why an earlier revision was corrected. Audience: shared. Source: Annex II
            to Regulation (EU) 2024/2835.
        statement_id: The provider's own identifier of the statement. Audience: public.
        provider_id: Who provides the service. Audience: public.
        valid_from: First day on which the statement holds. Audience: public.
        valid_to: Last day on which the statement holds; absent means that it still holds.
            Audience: public.
        capability: What the service can generate or alter. Audience: public. Source: GPA joint
            statement of 23 February 2026, principle 2.
        real_person_policy: Whether real people may be depicted. Audience: public.
        sexual_content_policy: Whether sexual content may be generated. Audience: public.
        minor_depiction_policy: Whether minors may be depicted. Audience: public. Source: GPA joint
            statement of 23 February 2026, principle 4.
        safeguard: Safeguards against misuse that are in operation. Audience: public. Source: GPA
            joint statement of 23 February 2026, principle 1.
        personal_data_measure: Measures that protect personal data in training and use. Audience:
            public.
        child_protection: Measures that protect children in particular. Audience: public. Source:
            GPA joint statement of 23 February 2026, principle 4.
        capabilities_published: Whether the provider has published what the service can do.
            Audience: public. Source: GPA joint statement of 23 February 2026, principle 2.
        limitations_published: Whether the provider has published the safeguards and limits of the
            service. Audience: public. Source: GPA joint statement of 23 February 2026, principle
            2.
        acceptable_use_published: Whether the provider has published which uses are acceptable.
            Audience: public. Source: GPA joint statement of 23 February 2026, principle 2.
        misuse_consequences_published: Whether the provider has published what follows on misuse.
            Audience: public. Source: GPA joint statement of 23 February 2026, principle 2.
        removal_channel: How a person can ask for removal. Audience: public. Source: GPA joint
            statement of 23 February 2026, principle 3.
        removal_without_account: Whether a person without an account can ask for removal. Audience:
            public.
        assurance: Who checked the statement. Audience: public.
        statement_url: The provider's public page that holds the statement. Audience: public.
    """

    RECORD: ClassVar[str] = "SystemStatement"

    harmtax_version: Annotated[str, Field(pattern='^(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})$')]
    reporter_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    service_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    revision: Annotated[int, Field(ge=1, le=1000000)]
    revision_reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    statement_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    provider_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    valid_from: Date
    valid_to: Date | None = None
    capability: Annotated[tuple[Capability, ...], Field(min_length=1)]
    real_person_policy: ContentPolicy
    sexual_content_policy: ContentPolicy
    minor_depiction_policy: ContentPolicy
    safeguard: Annotated[tuple[Safeguard, ...], Field(min_length=1)]
    personal_data_measure: Annotated[tuple[PersonalDataMeasure, ...], Field(min_length=1)]
    child_protection: Annotated[tuple[ChildProtection, ...], Field(min_length=1)]
    capabilities_published: YesNoUnknown
    limitations_published: YesNoUnknown
    acceptable_use_published: YesNoUnknown
    misuse_consequences_published: YesNoUnknown
    removal_channel: Annotated[tuple[RemovalChannel, ...], Field(min_length=1)]
    removal_without_account: YesNoUnknown
    assurance: Assurance
    statement_url: Annotated[str, Field(pattern="^https://[A-Za-z0-9.-]{1,253}(/[!-~]{0,1500})?$")] | None = None


class RegulatoryAction(Record):
    """What an authority did about a service; not whether it was right.

    Attributes:
        harmtax_version: The version of the harmtax standard that the record was written in.
            Audience: public.
        reporter_id: Who files the record. Audience: public.
        service_id: The service that the record is about; for a regulatory action its addressee.
            Audience: public.
        revision: Counts the corrections of one record from 1; the highest revision wins. Audience:
            shared.
        revision_reason: Why an earlier revision was corrected. Audience: shared. Source: Annex II
            to Regulation (EU) 2024/2835.
        action_id: The reporter's own identifier of the action. Audience: public.
        authority_id: Who acted. Audience: public.
        jurisdiction: The country under whose law the authority acted. Audience: public.
        action_type: What the authority did. Audience: public.
        categories: Categories of harm that the action names. Audience: public.
        legal_basis: The law that the authority cites. Audience: public.
        announced_on: The day on which the action was made public. Audience: public.
        effective_from: First day on which the action has effect. Audience: public.
        effective_to: Last day on which the action has effect. Audience: public.
        follows_action_id: The earlier action that this one lifts or closes. Audience: public.
        source_url: The authority's public page about the action. Audience: public.
    """

    RECORD: ClassVar[str] = "RegulatoryAction"

    harmtax_version: Annotated[str, Field(pattern='^(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})$')]
    reporter_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    service_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    revision: Annotated[int, Field(ge=1, le=1000000)]
    revision_reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    action_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    authority_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    jurisdiction: CountryCode
    action_type: RegulatoryActionType
    categories: Annotated[tuple[CategoryCode, ...], Field(min_length=1)] | None = None
    legal_basis: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    announced_on: Date
    effective_from: Date | None = None
    effective_to: Date | None = None
    follows_action_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")] | None = None
    source_url: Annotated[str, Field(pattern="^https://[A-Za-z0-9.-]{1,253}(/[!-~]{0,1500})?$")] | None = None


class Submission(Record):
    """The header of what one reporter files for one service and period; it says at which moment all
    clocks are read.

    Attributes:
        harmtax_version: The version of the harmtax standard that the submission was written in.
            Audience: public.
        reporter_id: Who files the submission. Audience: public.
        service_id: The service that the submission is about. Audience: public.
        service_type: The kind of service under the DSA, or a generating service. Audience: public.
            Source: Regulation (EU) 2022/2065 (DSA), Articles 3 and 33.
        period_start: First day of the period. Audience: public.
        period_end: Last day of the period; it belongs to the period. Audience: public.
        as_of: The moment at which unanswered requests are held against their deadlines. Audience:
            public.
        revision: Counts the corrections of the submission from 1; the highest revision wins.
            Audience: public.
        revision_reason: Why an earlier revision of the submission was corrected. Audience: public.
            Source: Annex II to Regulation (EU) 2024/2835.
    """

    RECORD: ClassVar[str] = "Submission"

    harmtax_version: Annotated[str, Field(pattern='^(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})$')]
    reporter_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    service_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")]
    service_type: ServiceType
    period_start: Date
    period_end: Date
    as_of: Time
    revision: Annotated[int, Field(ge=1, le=1000000)]
    revision_reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None


class Metric(Record):
    """The definition of a figure. The metrics themselves stand in metrics.yaml in the notation of the
    rules.

    Attributes:
        metric_id: Stable identifier of the metric. Audience: public.
        title: The metric in a few words. Audience: public.
        definition: What is counted, and over what. Audience: public.
        metric_kind: Whether the figure is a count, a sum, a ratio or a median. Audience: public.
        unit: What one of the counted things is. Audience: public.
        mergeable: Whether figures of several reporters may be added up. Audience: public.
        source: The standard or law that asks for the figure, with its clause. Audience: public.
    """

    RECORD: ClassVar[str] = "Metric"

    metric_id: Annotated[str, Field(pattern="^M[0-9]{2}(-[a-z]{1,40})?$")]
    title: Annotated[str, Field(min_length=1, max_length=500)]
    definition: Annotated[str, Field(min_length=1, max_length=2000)]
    metric_kind: MetricKind
    unit: Annotated[str, Field(min_length=1, max_length=500)]
    mergeable: YesNoUnknown
    source: Annotated[str, Field(min_length=1, max_length=500)]


class Observation(Record):
    """One number of one metric for one period and one combination of dimensions. It holds whole
    numbers, never a ratio. An absent dimension means that the number is not broken down by it.

    Attributes:
        harmtax_version: The version of the harmtax standard that defines metric and codes.
            Audience: public.
        metric_id: The metric that the number belongs to. Audience: public.
        period: The period that the number belongs to. Audience: public.
        reporter_id: Who reports. Audience: public.
        service_id: The service that is reported on. Audience: public.
        category: The category, with everything below it. Audience: public.
        tier: The tier computed from category and treatment. Audience: public.
        generation: How the imagery came about. Audience: public.
        surface: Where the item appeared. Audience: public.
        label: Whether viewers could see that the imagery is synthetic. Audience: public.
        source_type: What made the platform look. Audience: public.
        automated_detection: Whether the item was found by automated means. Audience: public.
        decision_ground: Law, or terms and conditions. Audience: public.
        depicted_age_group: The youngest person depicted. Audience: public.
        depicted_role: Private person or public figure. Audience: public.
        matched_programme: The sharing programme whose signal matched. Audience: public.
        content_language: Main language of the items. Audience: public.
        scope: The part of the work that an accuracy figure is about. Audience: public.
        request_channel: The way in which requests arrived. Audience: public.
        requester_role: The role in which requests were made. Audience: public.
        issuing_country: The country whose authority issued the orders. Audience: public.
        clock_regime: The law that sets the deadline. Audience: public.
        appeal_forum: Where appeals were brought. Audience: public.
        automated_decision: How far decisions were taken by automated means. Audience: public.
        automated_processing: How far requests were processed by automated means. Audience: public.
        benign_context: Why reported imagery was not harmful. Audience: public.
        synthetic_basis: What the findings rest on; an incident with several bases counts under
            each of them. Audience: public.
        targeted_group: The group that the harm is aimed at; an incident counts under each of its
            groups. Audience: public.
        territorial_scope: The country in which restrictions apply; a restriction counts under each
            of its countries. Audience: public.
        decision_visibility: How visibility was restricted; an incident counts under each of its
            restrictions. Audience: public.
        decision_monetary: How payments were restricted. Audience: public.
        decision_provision: How the provision of the service was restricted. Audience: public.
        decision_account: How accounts were restricted. Audience: public.
        views_bin: How often the items were viewed before the action. Audience: public.
        request_outcome: What came of the requests. Audience: public.
        appeal_outcome: What came of the appeals. Audience: public.
        appealed_decision: What appeals are directed against; an appeal counts under each of its
            decisions. Audience: public.
        capability: What services can generate or alter; a statement counts under each of its
            capabilities. Audience: public.
        safeguard: A safeguard that is in operation; a statement counts under each of its
            safeguards. Audience: public.
        personal_data_measure: A measure that protects personal data; a statement counts under each
            of its measures. Audience: public.
        child_protection: A measure that protects children; a statement counts under each of its
            measures. Audience: public.
        jurisdiction: The country under whose law an authority acted. Audience: public.
        action_type: What an authority did. Audience: public.
        duration_bin: How long it took, in fixed steps. A metric of the kind median gives its
            histogram as observations with this dimension beside its other dimensions; a step
            without an observation holds none. Audience: public.
        numerator: The count or the sum; for a median the number of durations that it is the middle
            of. Absent when it does not apply. Audience: public. Unit: as the metric says.
        numerator_lower: Lower bound of the 95 % interval, where the numerator was estimated from a
            sample. Audience: public. Unit: as the metric says.
        numerator_upper: Upper bound of the 95 % interval, where the numerator was estimated from a
            sample. Audience: public. Unit: as the metric says.
        denominator: What the numerator is held against; absent for a plain count, or when nobody
            reported it. Audience: public. Unit: as the metric says.
        median_lower: The median in whole seconds, the lower of the two middle ones; where only a
            histogram is known, the lower end of the step that holds it. Audience: public. Unit:
            seconds.
        median_upper: Equal to the lower end where the median is exact; else the upper end of the
            step that holds it, absent for the last step, which is open. Audience: public. Unit:
            seconds.
        status: Whether the number is there, and why not. Audience: public.
    """

    RECORD: ClassVar[str] = "Observation"

    harmtax_version: Annotated[str, Field(pattern='^(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})\\.(0|[1-9][0-9]{0,5})$')]
    metric_id: Annotated[str, Field(pattern="^M[0-9]{2}(-[a-z]{1,40})?$")]
    period: Annotated[str, Field(pattern="^(19|20)[0-9]{2}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$")]
    reporter_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")] | None = None
    service_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,500}$")] | None = None
    category: CategoryCode | None = None
    tier: Tier | None = None
    generation: Generation | None = None
    surface: Surface | None = None
    label: Label | None = None
    source_type: SourceType | None = None
    automated_detection: YesNoUnknown | None = None
    decision_ground: DecisionGround | None = None
    depicted_age_group: DepictedAgeGroup | None = None
    depicted_role: DepictedRole | None = None
    matched_programme: MatchedProgramme | None = None
    content_language: LanguageCode | None = None
    scope: ExposureScope | None = None
    request_channel: RequestChannel | None = None
    requester_role: RequesterRole | None = None
    issuing_country: CountryCode | None = None
    clock_regime: ClockRegime | None = None
    appeal_forum: AppealForum | None = None
    automated_decision: AutomatedDecision | None = None
    automated_processing: AutomatedDecision | None = None
    benign_context: BenignContext | None = None
    synthetic_basis: SyntheticBasis | None = None
    targeted_group: TargetedGroup | None = None
    territorial_scope: CountryCode | None = None
    decision_visibility: DecisionVisibility | None = None
    decision_monetary: DecisionMonetary | None = None
    decision_provision: DecisionProvision | None = None
    decision_account: DecisionAccount | None = None
    views_bin: ViewsBin | None = None
    request_outcome: RequestOutcome | None = None
    appeal_outcome: AppealOutcome | None = None
    appealed_decision: AppealedDecision | None = None
    capability: Capability | None = None
    safeguard: Safeguard | None = None
    personal_data_measure: PersonalDataMeasure | None = None
    child_protection: ChildProtection | None = None
    jurisdiction: CountryCode | None = None
    action_type: RegulatoryActionType | None = None
    duration_bin: DurationBin | None = None
    numerator: Annotated[int, Field(ge=0, le=9007199254740991)] | None = None
    numerator_lower: Annotated[int, Field(ge=0, le=9007199254740991)] | None = None
    numerator_upper: Annotated[int, Field(ge=0, le=9007199254740991)] | None = None
    denominator: Annotated[int, Field(ge=0, le=9007199254740991)] | None = None
    median_lower: Annotated[int, Field(ge=0, le=9007199254740991)] | None = None
    median_upper: Annotated[int, Field(ge=0, le=9007199254740991)] | None = None
    status: ObservationStatus
